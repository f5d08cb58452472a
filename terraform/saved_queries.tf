# Queries to begin with, as links that open in the Logs Explorer (decision 43).

locals {
  pipeline_logs = "(${local.our_logs}) OR resource.type=\"cloud_dataproc_batch\""

  saved_queries = {
    everything = local.pipeline_logs
    outcomes   = "(${local.our_logs}) AND jsonPayload.outcome:*"
    errors     = "(${local.pipeline_logs}) AND severity>=ERROR"
    rejected   = "(${local.our_logs}) AND jsonPayload.outcome=(\"rejected\" OR \"refused\")"
    usage      = "(${local.our_logs}) AND jsonPayload.batch_usage:*"
  }
}

output "log_queries" {
  description = "Queries to begin with, as links into the Logs Explorer."
  value = {
    for name, query in local.saved_queries :
    name => "https://console.cloud.google.com/logs/query;query=${urlencode(query)}?project=${var.project_id}"
  }
}
