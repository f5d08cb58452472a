# BigQuery: what is published and the control record. The private datasets of a build are made by the transform, named
# after its fence, with an expiry of 24 hours.

locals {
  published_datasets = merge(
    { f1db_raw = "F1DB's 47 tables as released", f1db = "Facts, marts and what each release changed, of everybody" },
    { for driver in var.drivers : replace(driver, "-", "_") => "The story of ${driver}" },
  )
  datasets = merge(local.published_datasets, { f1db_control = "Which fence may publish, and what is published" })

  # What BigQuery calls these roles in a dataset's access list, whatever it has been told: other words never settle.
  dataset_role_names = { "roles/bigquery.dataEditor" = "WRITER", "roles/bigquery.dataViewer" = "READER" }

  dataset_grants = merge(
    { for name in keys(local.datasets) : "transform-writes-${name}" => { account = "transform", dataset = name, role = "roles/bigquery.dataEditor" } },
    { for name in local.functions : "${name}-sees-the-marts" => { account = name, dataset = "f1db", role = "roles/bigquery.metadataViewer" } },
    { for name in local.functions : "${name}-reads-the-fence" => { account = name, dataset = "f1db_control", role = "roles/bigquery.dataViewer" } },
  )
}

resource "google_bigquery_dataset" "dataset" {
  # checkov:skip=CKV_GCP_81: Google encrypts with its own keys; open data needs no key of ours, which would cost every month
  for_each = local.datasets

  project     = var.project_id
  dataset_id  = each.key
  description = each.value
  location    = var.region # equal to the buckets', or loads are refused
  # A driver's dataset holds views only: it goes with the driver, and everything in it can be published again.
  delete_contents_on_destroy = var.delete_data || !contains(["f1db_raw", "f1db", "f1db_control"], each.key)
  max_time_travel_hours      = "48"

  depends_on = [google_project_service.service]
}

# All of a dataset's rights are entries of its access list. The provider's dataset_iam_member writes that list anew from its
# roles alone, so the first one after views_read_control would take the views' right away, and readers would be refused.
resource "google_bigquery_dataset_access" "grant" {
  for_each = local.dataset_grants

  project       = var.project_id
  dataset_id    = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  role          = lookup(local.dataset_role_names, each.value.role, each.value.role)
  user_by_email = google_service_account.account[each.value.account].email
}

resource "google_bigquery_dataset_access" "reader" {
  for_each = {
    for pair in setproduct(keys(local.published_datasets), var.readers) : "${pair[0]} ${pair[1]}" => pair
  }

  project        = var.project_id
  dataset_id     = google_bigquery_dataset.dataset[each.value[0]].dataset_id
  role           = local.dataset_role_names["roles/bigquery.dataViewer"]
  user_by_email  = startswith(each.value[1], "group:") ? null : split(":", each.value[1])[1]
  group_by_email = startswith(each.value[1], "group:") ? split(":", each.value[1])[1] : null
}

# While a publication moves from one fence to the next, published views ask the control record which one is shown. Whoever
# may read a view need not be able to read that record.
resource "google_bigquery_dataset_access" "views_read_control" {
  for_each = local.published_datasets

  project    = var.project_id
  dataset_id = google_bigquery_dataset.dataset["f1db_control"].dataset_id

  dataset {
    dataset {
      project_id = var.project_id
      dataset_id = google_bigquery_dataset.dataset[each.key].dataset_id
    }
    target_types = ["VIEWS"]
  }
}
