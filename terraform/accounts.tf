# One service account for everything that acts: what each may do lies beside the resource that it may do it with.

locals {
  accounts = {
    check-release   = "check_release: lands releases and wakes the stages"
    start-batch     = "start_batch: starts the Spark batch"
    start-dbt       = "start_dbt: starts the transform"
    batch           = "the Spark batch, which reads untrusted ZIPs"
    transform       = "the Cloud Run job that builds, tests and publishes"
    landing-trigger = "Eventarc: calls start_batch when a ZIP is landed"
    state-trigger   = "Eventarc: calls start_dbt when a manifest is written"
    scheduler       = "Cloud Scheduler: calls check_release"
    build           = "Cloud Build: builds the functions and the transform's image"
  }

  functions = toset(["check-release", "start-batch", "start-dbt"])
}

resource "google_service_account" "account" {
  for_each = local.accounts

  project      = var.project_id
  account_id   = "f1db-${each.key}"
  display_name = "F1DB ${each.key}"
  description  = each.value

  depends_on = [google_project_service.service]
}

# Who may act as whom: nobody, but start_batch as the batch.
resource "google_service_account_iam_member" "start_batch_acts_as_batch" {
  service_account_id = google_service_account.account["batch"].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.account["start-batch"].member
}
