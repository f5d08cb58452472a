# The three functions from one source ZIP, which has the same bytes for the same code; who may call them.

locals {
  function_files = sort([
    for name in fileset("${local.root}/functions", "**") : name
    if length(regexall(local.not_code, name)) == 0 && length(regexall("^(main\\.py|requirements\\.txt|pipeline/)", name)) == 1
  ])

  transform_job = "projects/${var.project_id}/locations/${var.region}/jobs/transform"
  warehouse_url = "bigquery://${var.project_id}?location=${var.region}"

  # What another image or other drivers publish is another transform.
  transform_digest = sha256("image ${coalesce(var.transform_image, "none")}\ndrivers ${join(",", var.drivers)}\n")

  shared_environment = {
    PROJECT_ID       = var.project_id
    REGION           = var.region
    LANDING_BUCKET   = google_storage_bucket.bucket["landing"].name
    STATE_BUCKET     = google_storage_bucket.bucket["state"].name
    CURATED_BUCKET   = google_storage_bucket.bucket["curated"].name
    CODE_DIGEST      = local.code_digest
    TRANSFORM_DIGEST = local.transform_digest
    TRANSFORM_JOB    = local.transform_job
    DRIVERS          = join(",", var.drivers)
    WAREHOUSE_URL    = local.warehouse_url
  }

  functions_environment = merge(local.shared_environment, {
    CODE_URI              = "gs://${google_storage_bucket.bucket["code"].name}/${local.code_digest}"
    BATCH_RUNTIME_VERSION = var.batch_runtime_version
    BATCH_SERVICE_ACCOUNT = google_service_account.account["batch"].email
    BATCH_PROPERTIES      = jsonencode(var.batch_properties)
    BATCH_LIMITS          = jsonencode(var.batch_limits)
    BATCH_TTL_S           = tostring(var.batch_ttl_s)
    BATCH_SUBNETWORK      = "projects/${var.project_id}/regions/${var.region}/subnetworks/${google_compute_subnetwork.batch.name}"
    BATCH_STAGING_BUCKET  = google_storage_bucket.bucket["staging"].name
    GITHUB_REPOSITORY     = "f1db/f1db"
  }, var.batch_container_image == null ? {} : { BATCH_CONTAINER_IMAGE = var.batch_container_image })

  # The event functions are asked for these addresses by their settings and never call them. Their own address is
  # known only once they are there, so they get the one that is known before.
  unused_addresses = {
    START_BATCH_URL = "https://${var.region}-${var.project_id}.cloudfunctions.net/start-batch"
    START_DBT_URL   = "https://${var.region}-${var.project_id}.cloudfunctions.net/start-dbt"
  }

  event_functions = {
    start-batch = { entry_point = "start_batch", bucket = "landing", trigger = "landing-trigger" }
    start-dbt   = { entry_point = "start_dbt", bucket = "state", trigger = "state-trigger" }
  }

  function_callers = {
    landing-trigger-calls-start-batch = { account = "landing-trigger", function = "start-batch" }
    state-trigger-calls-start-dbt     = { account = "state-trigger", function = "start-dbt" }
    check-release-calls-start-batch   = { account = "check-release", function = "start-batch" }
    check-release-calls-start-dbt     = { account = "check-release", function = "start-dbt" }
    scheduler-calls-check-release     = { account = "scheduler", function = "check-release" }
  }
}

data "archive_file" "functions" {
  type        = "zip"
  output_path = "${local.root}/dist/functions.zip"

  dynamic "source" {
    for_each = local.function_files

    content {
      content  = file("${local.root}/functions/${source.value}")
      filename = source.value
    }
  }
}

resource "google_storage_bucket_object" "functions" {
  bucket         = google_storage_bucket.bucket["code"].name
  name           = "functions/${data.archive_file.functions.output_sha256}.zip"
  source         = data.archive_file.functions.output_path
  source_md5hash = data.archive_file.functions.output_md5
}

resource "google_cloudfunctions2_function" "check_release" {
  # checkov:skip=CKV_GCP_124: calls from function to function count as external without a VPC; IAM refuses whoever has no run.invoker
  project     = var.project_id
  location    = var.region
  name        = "check-release"
  description = "Lands new F1DB releases and wakes the stages that have work."

  build_config {
    runtime           = "python311"
    entry_point       = "check_release"
    service_account   = google_service_account.account["build"].name
    docker_repository = google_artifact_registry_repository.repository["functions"].id

    source {
      storage_source {
        bucket = google_storage_bucket_object.functions.bucket
        object = google_storage_bucket_object.functions.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.account["check-release"].email
    available_memory                 = "512Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 900
    min_instance_count               = 0
    max_instance_count               = 2
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_ALL" # calls between functions count as external; IAM is the gate
    all_traffic_on_latest_revision   = true

    environment_variables = merge(local.functions_environment, {
      START_BATCH_URL = google_cloudfunctions2_function.event["start-batch"].service_config[0].uri
      START_DBT_URL   = google_cloudfunctions2_function.event["start-dbt"].service_config[0].uri
    })

    dynamic "secret_environment_variables" {
      for_each = var.github_token_secret[*]

      content {
        key        = "GITHUB_TOKEN"
        project_id = var.project_id
        secret     = secret_environment_variables.value
        version    = "latest"
      }
    }
  }

  depends_on = [
    google_project_iam_member.grant,
    google_project_iam_member.build_reads_function_sources,
    google_artifact_registry_repository_iam_member.build_writes,
    google_secret_manager_secret_iam_member.check_release_reads_token,
  ]
}

resource "google_cloudfunctions2_function" "event" {
  # checkov:skip=CKV_GCP_124: calls from function to function count as external without a VPC; IAM refuses whoever has no run.invoker
  for_each = local.event_functions

  project     = var.project_id
  location    = var.region
  name        = each.key
  description = "Woken by new objects in the ${each.value.bucket} bucket."

  build_config {
    runtime           = "python311"
    entry_point       = each.value.entry_point
    service_account   = google_service_account.account["build"].name
    docker_repository = google_artifact_registry_repository.repository["functions"].id

    source {
      storage_source {
        bucket = google_storage_bucket_object.functions.bucket
        object = google_storage_bucket_object.functions.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.account[each.key].email
    available_memory                 = "512Mi"
    available_cpu                    = "1"
    timeout_seconds                  = 120
    min_instance_count               = 0
    max_instance_count               = 3
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_ALL" # check_release's replays count as external; IAM is the gate
    all_traffic_on_latest_revision   = true
    environment_variables            = merge(local.functions_environment, local.unused_addresses)
  }

  event_trigger {
    event_type            = "google.cloud.storage.object.v1.finalized"
    trigger_region        = var.region # must be where the bucket is
    retry_policy          = "RETRY_POLICY_RETRY"
    service_account_email = google_service_account.account[each.value.trigger].email

    event_filters {
      attribute = "bucket"
      value     = google_storage_bucket.bucket[each.value.bucket].name
    }
  }

  depends_on = [
    google_project_iam_member.grant,
    google_project_iam_member.storage_agent_publishes,
    google_project_iam_member.build_reads_function_sources,
    google_artifact_registry_repository_iam_member.build_writes,
  ]
}

locals {
  function_names = merge(
    { check-release = google_cloudfunctions2_function.check_release.name },
    { for name, function in google_cloudfunctions2_function.event : name => function.name },
  )
}

resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = local.function_callers

  project  = var.project_id
  location = var.region
  name     = local.function_names[each.value.function]
  role     = "roles/run.invoker"
  member   = google_service_account.account[each.value.account].member
}

resource "google_cloud_run_v2_service_iam_member" "person" {
  for_each = var.invokers

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.check_release.name
  role     = "roles/run.invoker"
  member   = each.value
}
