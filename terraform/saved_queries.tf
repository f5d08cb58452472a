# Queries to begin with, saved in the Logs Explorer for everybody in the project who may read logs.

locals {
  pipeline_logs = "(${local.our_logs}) OR resource.type=\"cloud_dataproc_batch\""

  saved_queries = {
    everything = { filter = local.pipeline_logs, what = "All that functions, batches and the transform have logged" }
    outcomes   = { filter = "(${local.our_logs}) AND jsonPayload.outcome:*", what = "How each event and run ended" }
    errors     = { filter = "(${local.pipeline_logs}) AND severity>=ERROR", what = "Errors of our code and of Spark" }
    rejected   = { filter = "(${local.our_logs}) AND jsonPayload.outcome=(\"rejected\" OR \"refused\")", what = "Releases that were not published, and requests that were not taken" }
    usage      = { filter = "(${local.our_logs}) AND jsonPayload.batch_usage:*", what = "What each Spark batch is billed for" }
  }
}

resource "google_logging_saved_query" "query" {
  for_each = local.saved_queries

  parent       = "projects/${var.project_id}"
  location     = "global"
  name         = "f1db-${each.key}"
  display_name = "F1DB: ${each.key}"
  description  = each.value.what
  visibility   = "SHARED"

  logging_query {
    filter = each.value.filter

    # What a line of the result begins with.
    dynamic "summary_fields" {
      for_each = ["stage", "release", "outcome"]

      content {
        field = "jsonPayload.${summary_fields.value}"
      }
    }
  }

  # Whoever deploys must be allowed to share queries: from GitHub that is a right of its own (github.tf).
  depends_on = [google_project_service.service, google_project_iam_member.deploy_custom]
}

output "log_queries" {
  description = "The saved queries, as links that open them in the Logs Explorer."
  value = {
    for name, query in local.saved_queries :
    name => "https://console.cloud.google.com/logs/query;query=${urlencode(query.filter)}?project=${var.project_id}"
  }
}
