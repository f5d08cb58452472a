# The project's own facts, and the services that must be on.

locals {
  services = toset([
    "artifactregistry", "bigquery", "billingbudgets", "cloudbilling", "cloudbuild", "cloudfunctions",
    "cloudresourcemanager", "cloudscheduler", "compute", "dataproc", "eventarc", "iam", "iamcredentials", "logging",
    "monitoring", "pubsub", "run", "secretmanager", "serviceusage", "storage", "sts",
  ])

  labels = { pipeline = "f1db" }
}

data "google_project" "project" {
  project_id = var.project_id
}

resource "google_project_service" "service" {
  for_each = local.services

  project            = var.project_id
  service            = "${each.value}.googleapis.com"
  disable_on_destroy = false # others in the project may use it
}
