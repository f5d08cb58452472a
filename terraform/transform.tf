# The Cloud Run job: one task, no retries (a retry would meet its own predecessor's lease), a lease that outlives it.

locals {
  job_grants = {
    start-dbt-runs-the-transform = { account = "start-dbt", role = "roles/run.jobsExecutorWithOverrides" }
    check-release-sees-holders   = { account = "check-release", role = "f1dbExecutionViewer" }
    start-batch-sees-holders     = { account = "start-batch", role = "f1dbExecutionViewer" }
    start-dbt-sees-holders       = { account = "start-dbt", role = "f1dbExecutionViewer" }
    transform-sees-holders       = { account = "transform", role = "f1dbExecutionViewer" }
  }
}

resource "google_cloud_run_v2_job" "transform" {
  project             = var.project_id
  location            = var.region
  name                = "transform"
  deletion_protection = false # it holds nothing

  template {
    parallelism = 1
    task_count  = 1

    template {
      service_account       = google_service_account.account["transform"].email
      max_retries           = 0
      timeout               = "${var.task_timeout_s}s"
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"

      containers {
        image = var.transform_image

        resources {
          limits = { cpu = "2", memory = "2Gi" }
        }

        dynamic "env" {
          for_each = merge(local.shared_environment, {
            TASK_TIMEOUT_S = tostring(var.task_timeout_s)
            LEASE_TTL_S    = tostring(var.task_timeout_s + 300)
          })

          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.transform_image != null
      error_message = "There is no image yet (transform_image): `make deploy` builds it and says which one it is."
    }
  }
}

resource "google_cloud_run_v2_job_iam_member" "grant" {
  for_each = local.job_grants

  project  = var.project_id
  location = var.region
  name     = google_cloud_run_v2_job.transform.name
  role     = startswith(each.value.role, "roles/") ? each.value.role : "projects/${var.project_id}/roles/${each.value.role}"
  member   = google_service_account.account[each.value.account].member

  depends_on = [google_project_iam_custom_role.role]
}
