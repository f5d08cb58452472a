# One page to look at: what ended how, how long it took, what went wrong, and the last lines of the log.

locals {
  charts = [
    { title = "Outcomes", metric = "outcomes", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["stage", "outcome"], resource = "" },
    { title = "Errors by code", metric = "errors", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["stage", "error_code"], resource = "" },
    { title = "Duration, 95th percentile (ms)", metric = "duration_ms", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", by = ["stage"], resource = "" },
    { title = "Landed bytes", metric = "landed_bytes", aligner = "ALIGN_DELTA", reducer = "REDUCE_MEAN", by = ["release"], resource = "" },
    { title = "Findings of rejected releases", metric = "findings", aligner = "ALIGN_DELTA", reducer = "REDUCE_MEAN", by = ["release"], resource = "" },
    { title = "Spark batch (ms)", metric = "batch_duration_ms", aligner = "ALIGN_DELTA", reducer = "REDUCE_MEAN", by = ["release"], resource = "" },
    { title = "Spark batch, billed compute (DCU ms)", metric = "batch_milli_dcu_seconds", aligner = "ALIGN_DELTA", reducer = "REDUCE_MEAN", by = ["release"], resource = "" },
    { title = "Spark batch, billed shuffle storage (GB s)", metric = "batch_shuffle_gb_seconds", aligner = "ALIGN_DELTA", reducer = "REDUCE_MEAN", by = ["release"], resource = "" },
  ]

  chart_tiles = [
    for index, chart in local.charts : {
      xPos   = (index % 2) * 24
      yPos   = floor(index / 2) * 12
      width  = 24
      height = 12
      widget = {
        title = chart.title
        xyChart = {
          dataSets = [{
            plotType = "STACKED_BAR"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = "metric.type=\"logging.googleapis.com/user/f1db/${chart.metric}\""
                aggregation = {
                  alignmentPeriod    = "3600s"
                  perSeriesAligner   = chart.aligner
                  crossSeriesReducer = chart.reducer
                  groupByFields      = [for label in chart.by : "metric.label.${label}"]
                }
              }
            }
          }]
        }
      }
    }
  ]

  log_tile = {
    xPos   = 0
    yPos   = 12 * ceil(length(local.charts) / 2)
    width  = 48
    height = 16
    widget = {
      title     = "Outcomes and errors"
      logsPanel = { filter = "(${local.our_logs}) AND (jsonPayload.outcome:* OR severity>=WARNING)" }
    }
  }
}

resource "google_monitoring_dashboard" "pipeline" {
  project = var.project_id
  dashboard_json = jsonencode({
    displayName  = "F1DB pipeline"
    mosaicLayout = { columns = 48, tiles = concat(local.chart_tiles, [local.log_tile]) }
  })

  depends_on = [google_logging_metric.counter, google_logging_metric.distribution]
}
