# What a month may cost: only where a billing account is named, as it takes rights on that account.

resource "google_billing_budget" "month" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "F1DB pipeline (${var.project_id})"

  budget_filter {
    projects = ["projects/${data.google_project.project.number}"]
  }

  amount {
    specified_amount {
      units = tostring(var.monthly_budget)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 1.0]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  depends_on = [google_project_service.service]
}
