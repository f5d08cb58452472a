output "trigger_url" {
  description = "The manual trigger: check_release."
  value       = google_cloudfunctions2_function.check_release.service_config[0].uri
}

output "trigger_curl" {
  description = "The manual trigger as a line for a shell, for somebody in var.invokers."
  value       = "curl -s -X POST -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" -H 'Content-Type: application/json' -d '{}' ${google_cloudfunctions2_function.check_release.service_config[0].uri}"
}

output "buckets" {
  description = "The buckets by their part."
  value       = { for part, bucket in google_storage_bucket.bucket : part => bucket.name }
}

output "datasets" {
  description = "What is published where in BigQuery."
  value       = sort(keys(local.published_datasets))
}

output "transform_job" {
  description = "The Cloud Run job."
  value       = local.transform_job
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${element(split("/", google_monitoring_dashboard.pipeline.id), 3)}?project=${var.project_id}"
}

output "report_url" {
  description = "Where the reports lie; the pointer (published.json in the state bucket) names the newest."
  value       = "https://console.cloud.google.com/storage/browser/${local.bucket_prefix}-curated/reports?project=${var.project_id}"
}
