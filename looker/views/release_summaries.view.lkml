# Made by `make docs` from the dbt project; do not edit.
# One row per release and table of it or of the release before.
view: release_summaries {
  label: "Release summaries"
  sql_table_name: @{SHARED_DATASET}.release_summaries ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.release as string), '|', cast(${TABLE}.table_name as string)) ;;
  }

  dimension: release {
    type: string
    description: "The release."
    sql: ${TABLE}.release ;;
  }

  dimension: previous_release {
    type: string
    description: "The newest sound release older than it; null for the first."
    sql: ${TABLE}.previous_release ;;
  }

  dimension: table_name {
    type: string
    description: "The table, named as in f1db_raw."
    sql: ${TABLE}.table_name ;;
  }

  dimension: rows_before {
    type: number
    description: "Rows in the release before; null for the first release."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_before ;;
  }

  dimension: rows_after {
    type: number
    description: "Rows in this release."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_after ;;
  }

  dimension: rows_added {
    type: number
    description: "Rows whose key is new; 0 for the first release, which is compared with nothing."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_added ;;
  }

  dimension: rows_removed {
    type: number
    description: "Rows whose key is gone."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_removed ;;
  }

  dimension: rows_changed {
    type: number
    description: "Rows with the same key and another value in some column."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_changed ;;
  }

  dimension: rows_restated {
    type: number
    description: "Added, removed and changed rows that are about races which had their results already."
    value_format_name: decimal_0
    sql: ${TABLE}.rows_restated ;;
  }

  measure: rows {
    type: count
    description: "One row per release and table of it or of the release before."
  }
}
