# Where images lie: the functions', which the platform builds, and the transform's, which `make deploy` builds.

locals {
  repositories = {
    functions = "Images of the three functions, built by Cloud Functions"
    images    = "The transform's image, built by make deploy"
  }
}

resource "google_artifact_registry_repository" "repository" {
  # checkov:skip=CKV_GCP_84: Google encrypts with its own keys; public code in images needs no key of ours, which would cost every month
  for_each = local.repositories

  project       = var.project_id
  location      = var.region
  repository_id = "f1db-${each.key}"
  description   = each.value
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "delete-the-others"
    action = "DELETE"
    condition {
      older_than = "604800s"
    }
  }

  depends_on = [google_project_service.service]
}

resource "google_artifact_registry_repository_iam_member" "build_writes" {
  for_each = local.repositories

  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.repository[each.key].name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.account["build"].member
}
