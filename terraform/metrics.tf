# Numbers out of the structured logs: what happened, how long it took, how much there was.

locals {
  our_logs = join(" OR ", [
    "(resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"check-release\" OR \"start-batch\" OR \"start-dbt\"))",
    "(resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"transform\")",
  ])

  counters = {
    outcomes = { filter = "jsonPayload.outcome:*", labels = ["stage", "outcome"], what = "Events and runs by how they ended" }
    errors   = { filter = "severity>=ERROR AND jsonPayload.error_code:*", labels = ["stage", "error_code"], what = "Errors by their code" }
  }

  distributions = {
    duration_ms              = { filter = "jsonPayload.duration_ms:* AND jsonPayload.outcome:*", value = "jsonPayload.duration_ms", labels = ["stage", "outcome"], unit = "ms", what = "How long an event or a run took" }
    landed_bytes             = { filter = "jsonPayload.step=\"land\"", value = "jsonPayload.progress.done", labels = ["release"], unit = "By", what = "Size of a landed ZIP" }
    findings                 = { filter = "jsonPayload.finding_counts.error:*", value = "jsonPayload.finding_counts.error", labels = ["release"], unit = "1", what = "Findings of a rejected release" }
    batch_duration_ms        = { filter = "jsonPayload.batch_duration_ms:*", value = "jsonPayload.batch_duration_ms", labels = ["release"], unit = "ms", what = "How long the Spark batch worked, by its own clock" }
    batch_milli_dcu_seconds  = { filter = "jsonPayload.batch_usage.milli_dcu_seconds:*", value = "jsonPayload.batch_usage.milli_dcu_seconds", labels = ["release"], unit = "1", what = "Compute that a Spark batch is billed for, in DCU milliseconds" }
    batch_shuffle_gb_seconds = { filter = "jsonPayload.batch_usage.shuffle_storage_gb_seconds:*", value = "jsonPayload.batch_usage.shuffle_storage_gb_seconds", labels = ["release"], unit = "GBy.s", what = "Shuffle storage that a Spark batch is billed for, in GB seconds" }
  }
}

resource "google_logging_metric" "counter" {
  for_each = local.counters

  project     = var.project_id
  name        = "f1db/${each.key}"
  description = each.value.what
  filter      = "(${local.our_logs}) AND ${each.value.filter}"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = each.value.what

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  depends_on = [google_project_service.service]
}

resource "google_logging_metric" "distribution" {
  for_each = local.distributions

  project         = var.project_id
  name            = "f1db/${each.key}"
  description     = each.value.what
  filter          = "(${local.our_logs}) AND ${each.value.filter}"
  value_extractor = "EXTRACT(${each.value.value})"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = each.value.unit
    display_name = each.value.what

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 2
      scale              = 1
    }
  }

  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  depends_on = [google_project_service.service]
}
