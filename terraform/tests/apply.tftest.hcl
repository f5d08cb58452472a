# Applied over a mock: names that are known only afterwards arrive where they are needed.

mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/demo-project/serviceAccounts/mock-account@demo-project.iam.gserviceaccount.com"
      email  = "mock-account@demo-project.iam.gserviceaccount.com"
      member = "serviceAccount:mock-account@demo-project.iam.gserviceaccount.com"
    }
  }

  mock_resource "google_cloudfunctions2_function" {
    defaults = {
      service_config = { uri = "https://function-0123456789-ew.a.run.app" }
    }
  }

  mock_resource "google_monitoring_dashboard" {
    defaults = { id = "projects/1/dashboards/0123" }
  }

  mock_data "google_storage_project_service_account" {
    defaults = { member = "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com" }
  }

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project_id      = "demo-project"
  transform_image = "europe-west1-docker.pkg.dev/demo-project/f1db-images/transform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "addresses_arrive" {
  command = apply

  assert {
    condition     = output.trigger_url == "https://function-0123456789-ew.a.run.app"
    error_message = "A person learns the trigger's address."
  }
  assert {
    condition     = google_cloud_scheduler_job.tick.http_target[0].oidc_token[0].audience == google_cloudfunctions2_function.check_release.service_config[0].uri
    error_message = "The token's audience is the function's own address."
  }
  assert {
    condition     = google_cloudfunctions2_function.check_release.service_config[0].environment_variables["START_DBT_URL"] == google_cloudfunctions2_function.event["start-dbt"].service_config[0].uri
    error_message = "check_release calls start_dbt by the address that is the token's audience."
  }
}
