# Custom roles, where the predefined ones give too much; and everything that Google only lets be granted on the project.

locals {
  custom_roles = {
    f1dbBatchStarter = {
      title       = "F1DB: start Spark batches"
      description = "Create a batch and ask how it went; no deleting, no cancelling, no listing."
      permissions = ["dataproc.batches.create", "dataproc.batches.get", "dataproc.operations.get"]
    }
    f1dbBatchViewer = {
      title       = "F1DB: see Spark batches"
      description = "Ask how one batch went."
      permissions = ["dataproc.batches.get"]
    }
    f1dbBatchWorker = {
      title       = "F1DB: be a Spark batch"
      description = "What roles/dataproc.worker has, without the objects of every bucket in the project."
      permissions = [
        "dataproc.agents.create", "dataproc.agents.delete", "dataproc.agents.get", "dataproc.agents.list",
        "dataproc.agents.update", "dataproc.batches.computeTuningConfig", "dataproc.batches.sparkApplicationWrite",
        "dataproc.tasks.lease", "dataproc.tasks.listInvalidatedLeases", "dataproc.tasks.reportStatus",
        # The driver itself asks for its executors.
        "dataprocrm.nodePools.create", "dataprocrm.nodePools.delete", "dataprocrm.nodePools.deleteNodes",
        "dataprocrm.nodePools.get", "dataprocrm.nodePools.list", "dataprocrm.nodePools.resize", "dataprocrm.nodes.get",
        "dataprocrm.nodes.heartbeat", "dataprocrm.nodes.list", "dataprocrm.nodes.mintOAuthToken",
        "dataprocrm.operations.get", "logging.logEntries.create", "monitoring.metricDescriptors.create",
        "monitoring.metricDescriptors.get", "monitoring.metricDescriptors.list",
        "monitoring.monitoredResourceDescriptors.get", "monitoring.monitoredResourceDescriptors.list",
        "monitoring.timeSeries.create",
      ]
    }
    f1dbDatasetCreator = {
      title       = "F1DB: make private datasets"
      description = "Make the datasets in which a release is built and tested; who makes one owns that one."
      permissions = ["bigquery.datasets.create"]
    }
    f1dbExecutionViewer = {
      title       = "F1DB: see executions"
      description = "Ask whether the holder of a lease still runs."
      permissions = ["run.executions.get"]
    }
    f1dbQuerySharer = {
      title       = "F1DB: share saved queries"
      description = "Keep the shared queries of the Logs Explorer; roles/logging.admin, which also may, reads and deletes logs."
      permissions = [
        "logging.queries.deleteShared", "logging.queries.getShared", "logging.queries.listShared",
        "logging.queries.share", "logging.queries.updateShared",
      ]
    }
    f1dbObjectReader = {
      title       = "F1DB: read objects by name"
      description = "Read an object whose name is known; no listing."
      permissions = ["storage.objects.get"]
    }
    f1dbObjectDeleter = {
      title       = "F1DB: delete objects"
      description = "Delete objects; granted on a prefix only."
      permissions = ["storage.objects.delete"]
    }
  }

  # name → { account, role }: `make test` holds docs/security.md equal to it, with the reason for each.
  project_grants = {
    check-release-sees-batches   = { account = "check-release", role = "f1dbBatchViewer" }
    start-batch-starts-batches   = { account = "start-batch", role = "f1dbBatchStarter" }
    start-dbt-sees-batches       = { account = "start-dbt", role = "f1dbBatchViewer" }
    batch-is-a-batch             = { account = "batch", role = "f1dbBatchWorker" }
    transform-runs-bigquery-jobs = { account = "transform", role = "roles/bigquery.jobUser" }
    transform-makes-datasets     = { account = "transform", role = "f1dbDatasetCreator" }
    landing-trigger-receives     = { account = "landing-trigger", role = "roles/eventarc.eventReceiver" }
    state-trigger-receives       = { account = "state-trigger", role = "roles/eventarc.eventReceiver" }
    build-writes-its-log         = { account = "build", role = "roles/logging.logWriter" }
  }
}

resource "google_project_iam_custom_role" "role" {
  for_each = local.custom_roles

  project     = var.project_id
  role_id     = each.key
  title       = each.value.title
  description = each.value.description
  permissions = each.value.permissions

  depends_on = [google_project_service.service]
}

resource "google_project_iam_member" "grant" {
  for_each = local.project_grants

  project = var.project_id
  role    = startswith(each.value.role, "roles/") ? each.value.role : "projects/${var.project_id}/roles/${each.value.role}"
  member  = google_service_account.account[each.value.account].member

  depends_on = [google_project_iam_custom_role.role]
}

# Cloud Functions copies a function's source into a bucket of its own and builds from there: that bucket, and no other.
resource "google_project_iam_member" "build_reads_function_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.account["build"].member

  condition {
    title       = "gcf-v2-sources only"
    description = "The platform's bucket of function sources"
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

# Cloud Storage tells Eventarc of new objects by Pub/Sub. Asking for the agent makes it exist.
data "google_storage_project_service_account" "agent" {
  project = var.project_id

  depends_on = [google_project_service.service]
}

resource "google_project_iam_member" "storage_agent_publishes" {
  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = data.google_storage_project_service_account.agent.member
}
