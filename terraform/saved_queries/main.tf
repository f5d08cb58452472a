# The queries that ../log_queries.tf says, saved in the Logs Explorer for everybody in the project who may read logs.
# A configuration of its own (decision 43): the type is younger than the oldest provider that the rest runs with.
# `make plan`, `make deploy` and `make destroy` take it along; its state lies in the same bucket.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.31, < 9"
    }
  }

  backend "gcs" {}
}

provider "google" {
  project = var.project_id

  # As in ../versions.tf: some services ask who pays, which a person's own login does not name.
  user_project_override = true
  billing_project       = var.project_id
}

variable "project_id" {
  description = "Project in whose Logs Explorer the queries are saved, as in ../variables.tf."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 characters of a-z, 0-9 and -, and begins with a letter."
  }
}

variable "log_queries" {
  description = "Queries by name: the output log_queries of the configuration above."
  type        = map(object({ filter = string, description = string }))

  validation {
    condition     = alltrue([for name in keys(var.log_queries) : can(regex("^[a-z][a-z-]{0,30}$", name))])
    error_message = "A query's name has up to 31 lower-case letters and hyphens."
  }
}

resource "google_logging_saved_query" "query" {
  for_each = var.log_queries

  parent       = "projects/${var.project_id}"
  location     = "global"
  name         = "f1db-${each.key}"
  display_name = "F1DB: ${each.key}"
  description  = each.value.description
  visibility   = "SHARED"

  logging_query {
    filter = each.value.filter

    # What a line of the result begins with.
    dynamic "summary_fields" {
      for_each = ["stage", "release", "outcome"]

      content {
        field = "jsonPayload.${summary_fields.value}"
      }
    }
  }
}
