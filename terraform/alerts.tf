# Alerts. Every error_code that a line of the functions or the transform can carry belongs to one; a test reads the code's
# own lists, and knows by which of these the others (the batch's own, the refusals') are told. They match log lines: such
# conditions need no metric, name the release, and come at once. Only a missing tick needs a metric.

locals {
  code_alerts = {
    stage_failed = {
      severity = "ERROR"
      level    = "ERROR"
      title    = "A stage failed"
      codes = [
        "bad_settings", "batch_failed", "batch_invalid", "batch_refused", "dataproc_unavailable", "dbt_failed", "internal",
        "load_failed", "malformed_document", "malformed_event", "object_conflict", "object_missing", "parquet_differs",
        "parquet_missing", "replay_failed", "run_unavailable", "storage_unavailable", "transform_died",
        "unknown_driver", "warehouse_not_checkpointed", "warehouse_unavailable",
      ]
    }
    denied = {
      severity = "ERROR"
      level    = "ERROR"
      title    = "A right is missing"
      codes    = ["dataproc_denied", "run_denied", "storage_denied", "warehouse_denied"]
    }
    backing_off = {
      severity = "ERROR"
      level    = "CRITICAL"
      title    = "A release is given up for a day"
      codes    = ["backing_off"]
    }
    rejected = {
      severity = "ERROR"
      level    = "ERROR"
      title    = "A release is rejected"
      codes    = ["release_rejected", "transform_refused"]
    }
    upstream = {
      severity = "ERROR"
      level    = "WARNING"
      title    = "GitHub or its ZIP is not as it should be"
      codes = [
        "asset_changed", "asset_missing", "github_nonsense", "github_rate_limited", "github_unreachable", "zip_corrupt",
        "zip_digest_mismatch", "zip_oversized", "zip_short",
      ]
    }
    contended = {
      severity = "WARNING"
      level    = "WARNING"
      title    = "A transform lost its lease"
      codes    = ["lease_lost"]
    }
    late = {
      severity = "WARNING"
      level    = "WARNING"
      title    = "A release is published late"
      codes    = ["release_late"]
    }
    misused = {
      severity = "WARNING"
      level    = "WARNING"
      title    = "Somebody asked for what cannot be"
      codes    = ["malformed_request", "method_not_allowed", "unknown_release"]
    }
  }

  log_alerts = merge(
    {
      for name, alert in local.code_alerts : name => {
        title  = alert.title
        level  = alert.level
        filter = "(${local.our_logs}) AND severity>=${alert.severity} AND jsonPayload.error_code=(${join(" OR ", [for code in alert.codes : "\"${code}\""])})"
        labels = { release = "EXTRACT(jsonPayload.release)", error_code = "EXTRACT(jsonPayload.error_code)" }
      }
    },
    {
      unforeseen = {
        title = "Something failed without a code of ours"
        level = "ERROR"
        # A request that our own code answers with 5xx has a line with its code beside it; one that Cloud Run had to answer has a text.
        filter = "(${local.our_logs}) AND severity>=ERROR AND NOT jsonPayload.error_code:* AND NOT (httpRequest.status>=500 AND NOT textPayload:*)"
        labels = {}
      }
      batch_errors = {
        title  = "Dataproc logged an error of a batch"
        level  = "WARNING"
        filter = "resource.type=\"cloud_dataproc_batch\" AND severity>=ERROR"
        labels = {}
      }
      tick_failed = {
        title  = "Scheduler could not call check_release"
        level  = "ERROR"
        filter = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"f1db-tick\" AND severity>=ERROR"
        labels = {}
      }
    },
  )

  # A section's name follows: without an address there is no link that leads nowhere.
  runbook_url = var.runbook_url != null || var.github_repository == null ? var.runbook_url : "https://github.com/${var.github_repository}/blob/main/docs/runbook.md"
  read_on     = "What it means and what to do: ${local.runbook_url == null ? "see docs/runbook.md, section " : "${local.runbook_url}#"}"

  channels = concat(google_monitoring_notification_channel.email[*].id, tolist(var.notification_channels))
}

resource "google_monitoring_notification_channel" "email" {
  count = var.alert_email == null ? 0 : 1

  project      = var.project_id
  display_name = "F1DB: ${var.alert_email}"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.service]
}

resource "google_monitoring_alert_policy" "log" {
  for_each = local.log_alerts

  project               = var.project_id
  display_name          = "F1DB: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.level
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter           = each.value.filter
      label_extractors = each.value.labels
    }
  }

  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${local.read_on}alert-${replace(each.key, "_", "-")}"
  }

  depends_on = [google_project_service.service]
}

# More than two ticks without an outcome. Absence is watched for 23.5 hours at most, and from the first tick on.
resource "google_monitoring_alert_policy" "ticks_missing" {
  count = var.ticks_missing_hours == null ? 0 : 1

  project               = var.project_id
  display_name          = "F1DB: check_release has not been heard of"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "No outcome of check_release in ${var.ticks_missing_hours} hours"

    condition_absent {
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.counter["outcomes"].name}\" AND resource.type=\"cloud_run_revision\" AND metric.labels.stage=\"check_release\""
      duration = "${var.ticks_missing_hours * 3600}s"

      aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${local.read_on}alert-ticks-missing"
  }
}
