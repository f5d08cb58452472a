# Made by `make docs` from the dbt project; do not edit.
# One row per release, chosen driver and metric, for every release that was published or backfilled.
view: release_headlines {
  label: "Release headlines"
  sql_table_name: @{SHARED_DATASET}.release_headlines ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.release as string), '|', cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.metric as string)) ;;
  }

  dimension: release {
    type: string
    description: "The release."
    sql: ${TABLE}.release ;;
  }

  dimension_group: published {
    type: time
    timeframes: [raw, time, date]
    convert_tz: no
    datatype: timestamp
    description: "When it was published for the first time, or backfilled; UTC."
    sql: ${TABLE}.published_at_utc ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: metric {
    type: string
    description: "The number's name, as a column of mart_driver_careers."
    sql: ${TABLE}.metric ;;
  }

  dimension: value {
    type: number
    description: "Its value in this release."
    value_format_name: decimal_2
    sql: ${TABLE}.value ;;
  }

  dimension: previous_value {
    type: number
    description: "Its value in the release before, in the order of versions; null for the first."
    value_format_name: decimal_2
    sql: ${TABLE}.previous_value ;;
  }

  measure: rows {
    type: count
    description: "One row per release, chosen driver and metric, for every release that was published or backfilled."
  }
}
