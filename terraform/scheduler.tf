# The tick: all that has to happen happens because of it, whatever events get lost.

resource "google_cloud_scheduler_job" "tick" {
  project          = var.project_id
  region           = var.region
  name             = "f1db-tick"
  description      = "Lets check_release look for releases and finish what is unfinished."
  schedule         = var.schedule
  time_zone        = var.time_zone
  attempt_deadline = "960s" # longer than the function's own 900 s

  retry_config {
    retry_count          = 2
    min_backoff_duration = "60s"
    max_backoff_duration = "600s"
  }

  http_target {
    http_method = "POST"
    uri         = google_cloudfunctions2_function.check_release.service_config[0].uri
    body        = base64encode("{}")
    headers     = { "Content-Type" = "application/json" }

    oidc_token {
      service_account_email = google_service_account.account["scheduler"].email
      audience              = google_cloudfunctions2_function.check_release.service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}
