# GitHub's token, when there is one: the secret is made by hand (docs/runbook.md), so that the token is in no state file.

resource "google_secret_manager_secret_iam_member" "check_release_reads_token" {
  for_each = toset(var.github_token_secret[*])

  project   = var.project_id
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.account["check-release"].member
}
