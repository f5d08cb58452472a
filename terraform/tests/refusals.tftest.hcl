# What must be refused before anything is made; each variable of a list has to be refused.

variables {
  project_id      = "demo-project"
  transform_image = "europe-west1-docker.pkg.dev/demo-project/f1db-images/transform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "values_that_would_do_harm" {
  command = plan
  expect_failures = [
    var.transform_image, var.invokers, var.readers, var.region, var.drivers, var.batch_runtime_version, var.subnet_cidr,
    var.schedule, var.github_repository, var.batch_container_image, var.runbook_url, var.ticks_missing_hours,
  ]

  variables {
    transform_image       = "europe-west1-docker.pkg.dev/demo-project/f1db-images/transform:latest" # may move
    invokers              = ["allUsers"]
    readers               = ["allAuthenticatedUsers"]
    region                = "EU" # a multi-region
    drivers               = ["lewis-hamilton", "lewis-hamilton"]
    batch_runtime_version = "3.0"
    subnet_cidr           = "10.17.0.0/30"
    schedule              = "hourly"
    github_repository     = "*"
    batch_container_image = "europe-west1-docker.pkg.dev/demo-project/own/spark:latest" # may move
    runbook_url           = "docs/runbook.md"                                           # no link
    ticks_missing_hours   = 24                                                          # absence is watched for 23.5
  }
}

run "drivers_that_are_no_ids" {
  command         = plan
  expect_failures = [var.drivers]

  variables {
    drivers = ["Lewis Hamilton"]
  }
}

run "no_image_at_all" {
  command         = plan
  expect_failures = [google_cloud_run_v2_job.transform]

  variables {
    transform_image = null
  }
}
