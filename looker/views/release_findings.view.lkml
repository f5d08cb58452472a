# Made by `make docs` from the dbt project; do not edit.
# One row per finding of the batch in each release that was published or backfilled; none where a release had no flaw.
view: release_findings {
  label: "Release findings"
  sql_table_name: @{SHARED_DATASET}.release_findings ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.release as string), '|', cast(${TABLE}.position as string)) ;;
  }

  dimension: release {
    type: string
    description: "The release."
    sql: ${TABLE}.release ;;
  }

  dimension: position {
    type: number
    description: "The finding's place in the batch's report, from 1: the structure first, then rows."
    value_format_name: decimal_0
    sql: ${TABLE}.position ;;
  }

  dimension: severity {
    type: string
    description: "warning; an error would have rejected the release."
    sql: ${TABLE}.severity ;;
  }

  dimension: code {
    type: string
    description: "What kind of finding it is, such as bad_value; docs/architecture.md lists them."
    sql: ${TABLE}.code ;;
  }

  dimension: table_name {
    type: string
    description: "The table in F1DB's own spelling, without f1db-."
    sql: ${TABLE}.table_name ;;
  }

  dimension: column_name {
    type: string
    description: "The column in F1DB's own spelling; null where the finding is not about one."
    sql: ${TABLE}.column_name ;;
  }

  dimension: row_number {
    type: number
    description: "The line in the file, whose header is line 1; null for a finding about a whole table."
    value_format_name: id
    sql: ${TABLE}.row_number ;;
  }

  dimension: value {
    type: string
    description: "The raw value, cut at 80 characters."
    sql: ${TABLE}.value ;;
  }

  dimension: message {
    type: string
    description: "The line that the log, make run and make status show."
    sql: ${TABLE}.message ;;
  }

  measure: rows {
    type: count
    description: "One row per finding of the batch in each release that was published or backfilled; none where a release had no flaw."
  }
}
