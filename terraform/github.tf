# Deploying from GitHub Actions without a key: off unless var.github_repository is set. The account that deploys can give
# itself every right in the project (it sets IAM policies), so only the environment `cloud`
# of the main branch of one repository may be it.

locals {
  deploys = var.github_repository != null

  deploy_roles = local.deploys ? toset([
    "roles/artifactregistry.admin", "roles/bigquery.dataOwner", "roles/cloudbuild.builds.editor",
    "roles/cloudfunctions.admin", "roles/cloudscheduler.admin", "roles/compute.networkAdmin",
    "roles/compute.securityAdmin", "roles/eventarc.admin", "roles/iam.roleAdmin", "roles/iam.serviceAccountAdmin",
    "roles/iam.workloadIdentityPoolAdmin", "roles/logging.configWriter", "roles/monitoring.editor",
    "roles/resourcemanager.projectIamAdmin", "roles/run.admin", "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ]) : toset([])
}

resource "google_iam_workload_identity_pool" "github" {
  count = local.deploys ? 1 : 0

  project                   = var.project_id
  workload_identity_pool_id = "f1db-github"
  display_name              = "F1DB: GitHub Actions"

  depends_on = [google_project_service.service]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  # checkov:skip=CKV_GCP_125: the subject is one repository's environment; the repository is a variable, which checkov does not see
  count = local.deploys ? 1 : 0

  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub Actions"
  attribute_condition                = "assertion.sub == \"repo:${var.github_repository}:environment:cloud\" && assertion.ref == \"refs/heads/main\""
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "deploy" {
  count = local.deploys ? 1 : 0

  project      = var.project_id
  account_id   = "f1db-deploy"
  display_name = "F1DB deploy"
  description  = "GitHub Actions deploys as this account"

  depends_on = [google_project_service.service]
}

resource "google_service_account_iam_member" "github_is_deploy" {
  count = local.deploys ? 1 : 0

  service_account_id = google_service_account.deploy[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/${data.google_project.project.number}/locations/global/workloadIdentityPools/f1db-github/attribute.repository/${var.github_repository}"

  depends_on = [google_iam_workload_identity_pool_provider.github]
}

# What runs as an account may only be deployed by somebody who may act as it.
resource "google_service_account_iam_member" "deploy_acts_as" {
  for_each = local.deploys ? google_service_account.account : {}

  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deploy[0].member
}

# A federated identity cannot ask for an identity token itself; its account can, for itself and for nobody else.
resource "google_service_account_iam_member" "deploy_names_itself" {
  count = local.deploys ? 1 : 0

  service_account_id = google_service_account.deploy[0].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = google_service_account.deploy[0].member
}

# After a deployment it tries out what it has deployed: a dry run and a canary batch.
resource "google_cloud_run_v2_service_iam_member" "deploy_tries_the_trigger" {
  count = local.deploys ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.check_release.name
  role     = "roles/run.invoker"
  member   = google_service_account.deploy[0].member
}

# f1dbBatchStarter runs the canary; f1dbQuerySharer keeps the saved queries, on which the role that keeps metrics has no right.
resource "google_project_iam_member" "deploy_custom" {
  for_each = local.deploys ? toset(["f1dbBatchStarter", "f1dbQuerySharer"]) : toset([])

  project = var.project_id
  role    = "projects/${var.project_id}/roles/${each.value}"
  member  = google_service_account.deploy[0].member

  depends_on = [google_project_iam_custom_role.role]
}

output "github" {
  description = "What the deploy workflow needs to know, when there is one."
  value = local.deploys ? {
    GCP_WORKLOAD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.github[0].name
    GCP_DEPLOY_ACCOUNT             = google_service_account.deploy[0].email
  } : null
}

resource "google_project_iam_member" "deploy" {
  for_each = local.deploy_roles

  project = var.project_id
  role    = each.value
  member  = google_service_account.deploy[0].member
}

# It also has to keep the grant on GitHub's token in order.
resource "google_secret_manager_secret_iam_member" "deploy_grants_token" {
  for_each = local.deploys ? toset(var.github_token_secret[*]) : toset([])

  project   = var.project_id
  secret_id = each.value
  role      = "roles/secretmanager.admin"
  member    = google_service_account.deploy[0].member
}
