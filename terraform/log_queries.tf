# Queries of the log to begin with. They are said here, beside the metrics and alerts that ask the same log, and saved by
# a configuration of their own, saved_queries/, which `make deploy` applies after this one (decision 43).

locals {
  pipeline_logs = "(${local.our_logs}) OR resource.type=\"cloud_dataproc_batch\""

  log_queries = {
    everything = { filter = local.pipeline_logs, description = "All that functions, batches and the transform have logged" }
    outcomes   = { filter = "(${local.our_logs}) AND jsonPayload.outcome:*", description = "How each event and run ended" }
    errors     = { filter = "(${local.pipeline_logs}) AND severity>=ERROR", description = "Errors of our code and of Spark" }
    rejected   = { filter = "(${local.our_logs}) AND jsonPayload.outcome=(\"rejected\" OR \"refused\")", description = "Releases that were not published, and requests that were not taken" }
    usage      = { filter = "(${local.our_logs}) AND jsonPayload.batch_usage:*", description = "What each Spark batch is billed for" }
  }
}

output "log_queries" {
  description = "The saved queries of the log, each with a link that opens it in the Logs Explorer."
  value = {
    for name, query in local.log_queries :
    # In a path a plus is a plus: urlencode makes one of every blank.
    name => merge(query, { link = "https://console.cloud.google.com/logs/query;query=${replace(urlencode(query.filter), "+", "%20")}?project=${var.project_id}" })
  }
}
