# The buckets, and who may do what with which names in them.

locals {
  bucket_prefix = coalesce(var.bucket_prefix, "${var.project_id}-f1db")

  # soft_delete_s: for how long what was deleted can be had back. Releases and state are never deleted by a rule.
  buckets = {
    landing = { soft_delete_s = 604800, rules = [{ prefix = "incoming/", age_days = 1 }] }
    curated = { soft_delete_s = 604800, rules = [] }
    state   = { soft_delete_s = 604800, rules = [] }
    code    = { soft_delete_s = 604800, rules = [{ prefix = "source/", age_days = 7 }] }
    staging = { soft_delete_s = 0, rules = [{ prefix = "", age_days = 7 }] }
  }

  # `names`: the objects that a grant is for, as a condition's text over `o`, the object's name; none means the whole
  # bucket, which listing needs. `make test` holds docs/security.md equal to this map.
  bucket_grants = {
    check-release-reads-landing   = { account = "check-release", bucket = "landing", role = "roles/storage.objectViewer", names = "" }
    check-release-lands           = { account = "check-release", bucket = "landing", role = "roles/storage.objectCreator", names = "releases/* or incoming/*" }
    check-release-clears-incoming = { account = "check-release", bucket = "landing", role = "f1dbObjectDeleter", names = "incoming/*" }
    start-batch-reads-landing     = { account = "start-batch", bucket = "landing", role = "roles/storage.objectViewer", names = "" }
    start-dbt-reads-landing       = { account = "start-dbt", bucket = "landing", role = "roles/storage.objectViewer", names = "" }
    batch-reads-its-zip           = { account = "batch", bucket = "landing", role = "f1dbObjectReader", names = "releases/*" }
    transform-reads-landing       = { account = "transform", bucket = "landing", role = "roles/storage.objectViewer", names = "" }
    check-release-reads-state     = { account = "check-release", bucket = "state", role = "roles/storage.objectViewer", names = "" }
    check-release-writes-requests = { account = "check-release", bucket = "state", role = "roles/storage.objectCreator", names = "requests/* or notices/*" }
    start-batch-reads-state       = { account = "start-batch", bucket = "state", role = "roles/storage.objectViewer", names = "" }
    start-batch-records-attempts  = { account = "start-batch", bucket = "state", role = "roles/storage.objectCreator", names = "runs/* but manifest.json" }
    start-dbt-reads-state         = { account = "start-dbt", bucket = "state", role = "roles/storage.objectViewer", names = "" }
    start-dbt-records-outcomes    = { account = "start-dbt", bucket = "state", role = "roles/storage.objectCreator", names = "runs/*/outcome.json" }
    batch-writes-its-manifest     = { account = "batch", bucket = "state", role = "roles/storage.objectCreator", names = "runs/*/manifest.json" }
    batch-sees-a-rival-manifest   = { account = "batch", bucket = "state", role = "f1dbObjectReader", names = "runs/*/manifest.json" }
    transform-reads-state         = { account = "transform", bucket = "state", role = "roles/storage.objectViewer", names = "" }
    transform-records-runs        = { account = "transform", bucket = "state", role = "roles/storage.objectCreator", names = "runs/* but manifest.json" }
    transform-moves-the-pointer   = { account = "transform", bucket = "state", role = "roles/storage.objectUser", names = "published.json" }
    transform-takes-the-lease     = { account = "transform", bucket = "state", role = "roles/storage.objectUser", names = "lease.json" }
    batch-writes-parquet          = { account = "batch", bucket = "curated", role = "roles/storage.objectUser", names = "runs/*" }
    transform-reads-curated       = { account = "transform", bucket = "curated", role = "roles/storage.objectViewer", names = "" }
    transform-prunes-parquet      = { account = "transform", bucket = "curated", role = "f1dbObjectDeleter", names = "runs/*" }
    transform-keeps-history       = { account = "transform", bucket = "curated", role = "roles/storage.objectCreator", names = "history/*" }
    transform-writes-reports      = { account = "transform", bucket = "curated", role = "roles/storage.objectUser", names = "reports/*" }
    batch-reads-its-code          = { account = "batch", bucket = "code", role = "roles/storage.objectViewer", names = "" }
    build-reads-the-image-source  = { account = "build", bucket = "code", role = "roles/storage.objectViewer", names = "" }
    batch-uses-its-staging        = { account = "batch", bucket = "staging", role = "roles/storage.objectUser", names = "" }
    batch-sees-its-staging        = { account = "batch", bucket = "staging", role = "roles/storage.legacyBucketReader", names = "" }
  }

  # In a condition an object is named projects/_/buckets/<bucket>/objects/<name>; BUCKET stands for all before <name>.
  name_conditions = {
    "releases/* or incoming/*" = "resource.name.startsWith(\"BUCKETreleases/\") || resource.name.startsWith(\"BUCKETincoming/\")"
    "releases/*"               = "resource.name.startsWith(\"BUCKETreleases/\")"
    "incoming/*"               = "resource.name.startsWith(\"BUCKETincoming/\")"
    "requests/* or notices/*"  = "resource.name.startsWith(\"BUCKETrequests/\") || resource.name.startsWith(\"BUCKETnotices/\")"
    "runs/*"                   = "resource.name.startsWith(\"BUCKETruns/\")"
    "runs/* but manifest.json" = "resource.name.startsWith(\"BUCKETruns/\") && !resource.name.endsWith(\"/manifest.json\")"
    "runs/*/outcome.json"      = "resource.name.startsWith(\"BUCKETruns/\") && resource.name.endsWith(\"/outcome.json\")"
    "runs/*/manifest.json"     = "resource.name.startsWith(\"BUCKETruns/\") && resource.name.endsWith(\"/manifest.json\")"
    "history/*"                = "resource.name.startsWith(\"BUCKEThistory/\")"
    "reports/*"                = "resource.name.startsWith(\"BUCKETreports/\")"
    "published.json"           = "resource.name == \"BUCKETpublished.json\""
    "lease.json"               = "resource.name == \"BUCKETlease.json\""
  }
}

resource "google_storage_bucket" "bucket" {
  # checkov:skip=CKV_GCP_62: access logs of buckets that only our accounts reach cost more than they tell; Cloud Audit Logs are there when they are wanted
  # checkov:skip=CKV_GCP_78: objects are created once and never written over, save pointer and lease; soft delete keeps what is deleted for seven days
  for_each = local.buckets

  project                     = var.project_id
  name                        = "${local.bucket_prefix}-${each.key}"
  location                    = upper(var.region)
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = var.delete_data || each.key == "staging" || each.key == "code"

  soft_delete_policy {
    retention_duration_seconds = each.value.soft_delete_s
  }

  # An upload that broke off costs until somebody clears it.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.rules

    content {
      condition {
        age            = lifecycle_rule.value.age_days
        matches_prefix = lifecycle_rule.value.prefix == "" ? null : [lifecycle_rule.value.prefix]
      }
      action {
        type = "Delete"
      }
    }
  }

  depends_on = [google_project_service.service]
}

resource "google_storage_bucket_iam_member" "grant" {
  for_each = local.bucket_grants

  bucket = google_storage_bucket.bucket[each.value.bucket].name
  role   = startswith(each.value.role, "roles/") ? each.value.role : "projects/${var.project_id}/roles/${each.value.role}"
  member = google_service_account.account[each.value.account].member

  dynamic "condition" {
    for_each = each.value.names == "" ? [] : [each.value.names]

    content {
      title      = condition.value
      expression = replace(local.name_conditions[condition.value], "BUCKET", "projects/_/buckets/${local.bucket_prefix}-${each.value.bucket}/objects/")
    }
  }

  depends_on = [google_project_iam_custom_role.role]
}

resource "google_storage_bucket_iam_member" "reader_of_reports" {
  for_each = var.readers

  bucket = google_storage_bucket.bucket["curated"].name
  role   = "roles/storage.objectViewer"
  member = each.value

  condition {
    title      = "reports/*"
    expression = replace(local.name_conditions["reports/*"], "BUCKET", "projects/_/buckets/${local.bucket_prefix}-curated/objects/")
  }
}
