variable "project_id" {
  description = "The Google Cloud project that everything lies in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 characters of a-z, 0-9 and -, and begins with a letter."
  }
}

variable "region" {
  description = "The one region of functions, batch, job, buckets and datasets: a bucket's trigger must be where the bucket is."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region looks like europe-west1; multi-regions such as EU cannot hold the batch."
  }
}

variable "drivers" {
  description = "F1DB ids of the drivers whose story is published; each gets a dataset named after it."
  type        = list(string)
  default     = ["lewis-hamilton"]

  validation {
    condition     = length(var.drivers) > 0 && length(distinct(var.drivers)) == length(var.drivers)
    error_message = "Name at least one driver, and none twice."
  }

  validation {
    condition     = alltrue([for driver in var.drivers : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", driver))])
    error_message = "A driver is an F1DB id such as lewis-hamilton."
  }
}

variable "bucket_prefix" {
  description = "What the names of all buckets begin with; they are unique in the world. By default <project>-f1db."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_prefix == null || can(regex("^[a-z0-9][a-z0-9-]{2,53}$", var.bucket_prefix))
    error_message = "A bucket's prefix has 3 to 54 characters of a-z, 0-9 and -."
  }
}

variable "transform_image" {
  description = "The Cloud Run job's image with its digest, as `make deploy` has built it: …/transform@sha256:…"
  type        = string
  default     = null

  validation {
    condition     = var.transform_image == null || can(regex("^[^@]+@sha256:[0-9a-f]{64}$", var.transform_image))
    error_message = "An image is named by its digest, never by a tag: a tag can move without a plan that says so."
  }
}

variable "schedule" {
  description = "When check_release looks for releases, in cron's words."
  type        = string
  default     = "17 */6 * * *"

  validation {
    condition     = length(split(" ", var.schedule)) == 5
    error_message = "A schedule has five fields: minute, hour, day of the month, month, day of the week."
  }
}

variable "ticks_missing_hours" {
  description = "After how many hours without an outcome of check_release an alert says so: more than two ticks of var.schedule; null where it ticks less than twice a day."
  type        = number
  default     = 13

  validation {
    # Absence is watched for 23.5 hours at most.
    condition     = var.ticks_missing_hours == null ? true : contains(range(1, 24), var.ticks_missing_hours)
    error_message = "A whole number of hours from 1 to 23, or null for no such alert."
  }
}

variable "time_zone" {
  description = "The schedule's time zone."
  type        = string
  default     = "Etc/UTC"

  validation {
    condition     = can(regex("^[A-Z][A-Za-z_]+(/[A-Za-z_+0-9-]+)*$", var.time_zone))
    error_message = "A time zone looks like Etc/UTC or Europe/London."
  }
}

variable "batch_runtime_version" {
  description = "Dataproc Serverless runtime; the batch is written for and tested with 2.3 (Spark 3.5, Python 3.11)."
  type        = string
  default     = "2.3"

  validation {
    condition     = can(regex("^2\\.3(\\.[0-9]+)?$", var.batch_runtime_version))
    error_message = "Only runtime 2.3 has been tried; another one wants tests first."
  }
}

variable "batch_properties" {
  description = "Spark properties of the batch. They are part of the code digest: a change makes new runs."
  type        = map(string)
  default = {
    # Left to itself a node has 100 GB a core; 250 GB is the least that it may have.
    "spark.dataproc.driver.disk.size"          = "250g"
    "spark.dataproc.executor.disk.size"        = "250g"
    "spark.dynamicAllocation.initialExecutors" = "2"
    "spark.dynamicAllocation.maxExecutors"     = "2"
    "spark.sql.shuffle.partitions"             = "4"
  }

  validation {
    condition     = alltrue([for name in keys(var.batch_properties) : startswith(name, "spark.") || startswith(name, "dataproc.")])
    error_message = "A property begins with spark. or dataproc."
  }
}

variable "batch_limits" {
  description = "The batch's own limits as in `process_release.py --help`, without dashes: { max-reject-share = \"0.001\" }. They are part of the code digest."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.batch_limits) : can(regex("^max-[a-z-]+$", name))])
    error_message = "A limit is named like max-reject-share."
  }
}

variable "batch_ttl_s" {
  description = "After how many seconds Dataproc ends a batch that hangs."
  type        = number
  default     = 1800

  validation {
    condition     = var.batch_ttl_s >= 600 && var.batch_ttl_s <= 7200
    error_message = "A batch takes minutes: between 600 and 7200 seconds."
  }
}

variable "batch_container_image" {
  description = "A custom Spark image with its digest, if runtime 2.3's own libraries should not do. Part of the code digest. Whoever owns its repository gives the account f1db-batch roles/artifactregistry.reader there."
  type        = string
  default     = null

  validation {
    condition     = var.batch_container_image == null || can(regex("^[a-z0-9-]+-docker\\.pkg\\.dev/[^@]+@sha256:[0-9a-f]{64}$", var.batch_container_image))
    error_message = "Dataproc Serverless takes images from Artifact Registry, named by their digest: REGION-docker.pkg.dev/…@sha256:…"
  }
}

variable "subnet_cidr" {
  description = "Addresses of the batch's subnet, which has no way to the internet."
  type        = string
  default     = "10.17.0.0/24"

  validation {
    condition     = can(cidrhost(var.subnet_cidr, 0)) && tonumber(split("/", var.subnet_cidr)[1]) <= 26
    error_message = "Give a range such as 10.17.0.0/24, with room for 60 addresses."
  }
}

variable "task_timeout_s" {
  description = "After how many seconds Cloud Run ends a transform; its lease lasts 300 seconds longer."
  type        = number
  default     = 900

  validation {
    condition     = var.task_timeout_s >= 300 && var.task_timeout_s <= 3600
    error_message = "Between 300 and 3600 seconds."
  }
}

variable "github_token_secret" {
  description = "Name of a Secret Manager secret of this project with a GitHub token (recommended). It is made by hand, so that the token is in no state file."
  type        = string
  default     = null

  validation {
    condition     = var.github_token_secret == null || can(regex("^[A-Za-z0-9_-]{1,255}$", var.github_token_secret))
    error_message = "Give the secret's short name, without projects/…/secrets/."
  }
}

variable "invokers" {
  description = "Who may call check_release by hand, besides Scheduler: user:…, group:… or serviceAccount:…"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.invokers : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$", member))])
    error_message = "Nothing is public: name users, groups or service accounts."
  }
}

variable "readers" {
  description = "Who may read the published datasets and the report: user:…, group:… or serviceAccount:…"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.readers : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$", member))])
    error_message = "Nothing is public: name users, groups or service accounts."
  }
}

variable "alert_email" {
  description = "Where alerts go; without it they are only seen in the console."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alert_email))
    error_message = "Give one e-mail address."
  }
}

variable "notification_channels" {
  description = "Further channels for alerts, by their full names: projects/…/notificationChannels/…"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", name))])
    error_message = "A channel is named projects/…/notificationChannels/<number>."
  }
}

variable "runbook_url" {
  description = "Where docs/runbook.md can be read, so that alerts can link to its sections. By default on the main branch of github_repository, if that is set."
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null || can(regex("^https://[^ #]+runbook\\.md$", var.runbook_url))
    error_message = "Give the https:// address of runbook.md, without a section: alerts add theirs."
  }
}

variable "billing_account" {
  description = "A billing account, to watch what is spent. Takes rights on that account, so it is optional."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "A billing account looks like 0X0X0X-0X0X0X-0X0X0X in hex digits."
  }
}

variable "monthly_budget" {
  description = "What a month may cost, in whole units of the billing account's currency, before the budget speaks up."
  type        = number
  default     = 10

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "A whole number from 1."
  }
}

variable "github_repository" {
  description = "owner/name of the GitHub repository whose main branch may deploy by Workload Identity Federation; off without it."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null || can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.github_repository))
    error_message = "A repository is named owner/name."
  }
}

variable "delete_data" {
  description = "Let a destroy delete buckets and datasets with what is in them; `make destroy DATA=1` sets it."
  type        = bool
  default     = false
}
