# What the Spark batch executes, under its digest: the same digest is the same content, here as on one machine.

locals {
  root     = "${path.module}/.."
  not_code = "(^|/)(\\.|__pycache__/|target/|logs/|dbt_packages/)|\\.pyc$"

  batch_files = sort([for name in fileset("${local.root}/dataproc_jobs", "**") : name if length(regexall(local.not_code, name)) == 0])

  # localcloud/deployment.py computes the same digest, save that it has no images; a test compares them.
  code_digest = sha256(join("", concat(
    [for name in local.batch_files : "dataproc_jobs/${name} ${filesha256("${local.root}/dataproc_jobs/${name}")}\n"],
    ["runtime ${var.batch_runtime_version}\n", "properties ${jsonencode(var.batch_properties)}\n"],
    length(var.batch_limits) == 0 ? [] : ["limits ${jsonencode(var.batch_limits)}\n"],
    [for image in var.batch_container_image[*] : "image ${image}\n"],
  )))
}

data "archive_file" "batch" {
  type        = "zip"
  output_path = "${local.root}/dist/f1db_batch.zip"

  dynamic "source" {
    for_each = [for name in local.batch_files : name if startswith(name, "f1db_batch/")]

    content {
      content  = file("${local.root}/dataproc_jobs/${source.value}")
      filename = source.value
    }
  }
}

resource "google_storage_bucket_object" "batch_package" {
  bucket         = google_storage_bucket.bucket["code"].name
  name           = "${local.code_digest}/f1db_batch.zip"
  source         = data.archive_file.batch.output_path
  source_md5hash = data.archive_file.batch.output_md5

  # The functions go on naming the old digest until they are deployed: its objects go last.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_storage_bucket_object" "batch_main" {
  bucket         = google_storage_bucket.bucket["code"].name
  name           = "${local.code_digest}/process_release.py"
  source         = "${local.root}/dataproc_jobs/process_release.py"
  source_md5hash = filemd5("${local.root}/dataproc_jobs/process_release.py")

  lifecycle {
    create_before_destroy = true
  }
}
