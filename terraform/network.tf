# The batch's network: private addresses, Google's services by Private Google Access, no way to the internet.

resource "google_compute_network" "batch" {
  project                 = var.project_id
  name                    = "f1db-batch"
  auto_create_subnetworks = false

  depends_on = [google_project_service.service]
}

resource "google_compute_subnetwork" "batch" {
  # checkov:skip=CKV_GCP_26: nothing but one batch a release is in this network, which leads nowhere; flow logs cost more than they tell
  project                  = var.project_id
  name                     = "f1db-batch"
  region                   = var.region
  network                  = google_compute_network.batch.id
  ip_cidr_range            = var.subnet_cidr
  private_ip_google_access = true
}

# Driver and executors talk to each other on ports of their own choosing.
resource "google_compute_firewall" "batch_internal" {
  project       = var.project_id
  name          = "f1db-batch-internal"
  network       = google_compute_network.batch.id
  direction     = "INGRESS"
  source_ranges = [google_compute_subnetwork.batch.ip_cidr_range]

  allow {
    protocol = "all"
  }
}
