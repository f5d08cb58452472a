# What a plan must show: pinned runtimes, explicit retries, private buckets, conditions and for_each logic.

variables {
  project_id      = "demo-project"
  transform_image = "europe-west1-docker.pkg.dev/demo-project/f1db-images/transform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "by_default" {
  command = plan

  # Buckets are private and keep what matters
  assert {
    condition     = alltrue([for bucket in google_storage_bucket.bucket : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "Every bucket has uniform access and no public access."
  }
  assert {
    condition     = alltrue([for part in ["landing", "state", "curated", "code"] : google_storage_bucket.bucket[part].soft_delete_policy[0].retention_duration_seconds == 604800])
    error_message = "What is deleted can be had back for seven days."
  }
  assert {
    condition     = google_storage_bucket.bucket["staging"].soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "Staging is not kept: soft delete costs."
  }
  assert {
    condition = alltrue(flatten([
      for part in ["landing", "state", "curated"] : [
        for rule in google_storage_bucket.bucket[part].lifecycle_rule : [
          for action in rule.action : action.type == "AbortIncompleteMultipartUpload" || alltrue([for condition in rule.condition : condition.matches_prefix == tolist(["incoming/"])])
        ]
      ]
    ]))
    error_message = "No rule deletes releases, state or Parquet."
  }
  assert {
    condition     = alltrue([for part in ["landing", "state", "curated"] : google_storage_bucket.bucket[part].force_destroy == false])
    error_message = "A destroy without delete_data leaves what cannot be made again."
  }
  assert {
    condition     = alltrue([for bucket in google_storage_bucket.bucket : bucket.location == "EUROPE-WEST1"])
    error_message = "Every bucket lies in the region: a trigger must be where its bucket is."
  }

  # Functions are pinned and private
  assert {
    condition = alltrue([
      for function in concat([google_cloudfunctions2_function.check_release], values(google_cloudfunctions2_function.event)) :
      function.build_config[0].runtime == "python311" && function.service_config[0].ingress_settings == "ALLOW_ALL" && function.service_config[0].max_instance_request_concurrency == 1
    ])
    error_message = "Python 3.11, ingress all with IAM, one request at a time."
  }
  assert {
    condition     = google_cloudfunctions2_function.check_release.service_config[0].timeout_seconds == 900 && google_cloud_scheduler_job.tick.attempt_deadline == "960s"
    error_message = "Scheduler waits longer than check_release may take."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.event : function.service_config[0].timeout_seconds == 120])
    error_message = "Event functions end after 120 seconds."
  }
  assert {
    condition     = length(distinct([for function in concat([google_cloudfunctions2_function.check_release], values(google_cloudfunctions2_function.event)) : function.service_config[0].service_account_email])) == 3
    error_message = "Each function has an account of its own."
  }

  # Events are retried where their bucket is
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.event : function.event_trigger[0].retry_policy == "RETRY_POLICY_RETRY"])
    error_message = "Without RETRY_POLICY_RETRY a lost event is lost at once."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.event : function.event_trigger[0].trigger_region == "europe-west1"])
    error_message = "The trigger must be where its bucket is."
  }
  assert {
    condition = {
      for name, function in google_cloudfunctions2_function.event : name => one(function.event_trigger[0].event_filters).value
      } == {
      start-batch = "demo-project-f1db-landing"
      start-dbt   = "demo-project-f1db-state"
    }
    error_message = "start_batch listens to the landing bucket, start_dbt to the state bucket."
  }
  assert {
    condition     = google_cloud_scheduler_job.tick.retry_config[0].retry_count == 2 && google_cloud_scheduler_job.tick.time_zone == "Etc/UTC"
    error_message = "A tick that fails is tried twice more; its time zone is said."
  }

  # The transform outlives nothing
  assert {
    condition     = google_cloud_run_v2_job.transform.template[0].template[0].max_retries == 0
    error_message = "A retry would meet its own predecessor's lease."
  }
  assert {
    condition     = google_cloud_run_v2_job.transform.template[0].template[0].timeout == "900s"
    error_message = "The task's timeout is said."
  }
  assert {
    condition = one([
      for env in google_cloud_run_v2_job.transform.template[0].template[0].containers[0].env : tonumber(env.value) if env.name == "LEASE_TTL_S"
    ]) > 900
    error_message = "The lease lasts longer than the task may."
  }
  assert {
    condition     = google_cloud_run_v2_job.transform.deletion_protection == false
    error_message = "make destroy has to be able to remove the job."
  }

  # Alerts say where to read on, and when ticks are missed
  assert {
    condition     = google_monitoring_alert_policy.log["late"].documentation[0].content == "What it means and what to do: see docs/runbook.md, section alert-late"
    error_message = "Without an address there is no link that leads nowhere."
  }
  assert {
    condition     = google_monitoring_alert_policy.ticks_missing[0].conditions[0].condition_absent[0].duration == "46800s"
    error_message = "More than two ticks of six hours."
  }

  # Nothing optional is there by default
  assert {
    condition = (
      length(google_iam_workload_identity_pool.github) + length(google_service_account.deploy) + length(google_project_iam_member.deploy)
      + length(google_secret_manager_secret_iam_member.check_release_reads_token) + length(google_billing_budget.month)
      + length(google_monitoring_notification_channel.email) + length(google_cloud_run_v2_service_iam_member.person)
      + length(google_bigquery_dataset_access.reader) + length(google_storage_bucket_iam_member.reader_of_reports)
    ) == 0
    error_message = "Deployers, people, tokens and budgets are there when they are asked for."
  }
  assert {
    condition     = length(google_cloudfunctions2_function.check_release.service_config[0].secret_environment_variables) == 0
    error_message = "No token, no secret."
  }
}

run "datasets_lie_with_the_buckets" {
  command = plan

  variables {
    drivers = ["lewis-hamilton", "max-verstappen"]
  }

  assert {
    condition     = toset(keys(google_bigquery_dataset.dataset)) == toset(["f1db", "f1db_control", "f1db_raw", "lewis_hamilton", "max_verstappen"])
    error_message = "Each driver has a dataset beside the shared ones and the control dataset."
  }
  assert {
    condition     = alltrue([for dataset in google_bigquery_dataset.dataset : dataset.location == "europe-west1"])
    error_message = "Loads are refused when bucket and dataset lie apart."
  }
  assert {
    condition     = alltrue([for name in ["f1db", "f1db_control", "f1db_raw", "lewis_hamilton", "max_verstappen"] : contains(keys(google_bigquery_dataset_access.grant), "transform-writes-${name}")])
    error_message = "The transform writes every dataset."
  }
}

run "a_token_is_read_by_check_release_only" {
  command = plan

  variables {
    github_token_secret = "f1db-github-token"
  }

  assert {
    condition     = google_cloudfunctions2_function.check_release.service_config[0].secret_environment_variables[0].key == "GITHUB_TOKEN"
    error_message = "check_release gets the token."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.event : length(function.service_config[0].secret_environment_variables) == 0])
    error_message = "Nobody else gets it."
  }
}

run "github_deploys_from_main_only" {
  command = plan

  variables {
    github_repository = "someone/pipeline"
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.sub == \"repo:someone/pipeline:environment:cloud\" && assertion.ref == \"refs/heads/main\""
    error_message = "Only the environment cloud of one repository's main branch may deploy."
  }
  assert {
    condition     = google_monitoring_alert_policy.log["late"].documentation[0].content == "What it means and what to do: https://github.com/someone/pipeline/blob/main/docs/runbook.md#alert-late"
    error_message = "Alerts link to the repository's own runbook."
  }
}

run "alerts_follow_their_options" {
  command = plan

  variables {
    github_repository   = "someone/pipeline"
    runbook_url         = "https://wiki.example.com/f1db/runbook.md"
    schedule            = "17 */2 * * *"
    ticks_missing_hours = 5
  }

  assert {
    condition     = google_monitoring_alert_policy.ticks_missing[0].documentation[0].content == "What it means and what to do: https://wiki.example.com/f1db/runbook.md#alert-ticks-missing"
    error_message = "An address that is given goes before the repository's."
  }
  assert {
    condition = (
      google_monitoring_alert_policy.ticks_missing[0].conditions[0].condition_absent[0].duration == "18000s"
      && google_monitoring_alert_policy.ticks_missing[0].conditions[0].display_name == "No outcome of check_release in 5 hours"
    )
    error_message = "The alert follows the schedule."
  }
}

run "daily_ticks_are_not_missed_every_day" {
  command = plan

  variables {
    schedule            = "17 4 * * *"
    ticks_missing_hours = null
  }

  assert {
    condition     = length(google_monitoring_alert_policy.ticks_missing) == 0
    error_message = "Absence cannot be watched for two days."
  }
}
