# Made by `make docs` from the dbt project; do not edit.
# One row per difference from F1DB's totals that is published all the same, with the reason; none so far.
view: reconciliation_exceptions {
  label: "Reconciliation exceptions"
  sql_table_name: @{SHARED_DATASET}.reconciliation_exceptions ;;

  dimension: entity {
    type: string
    description: "What the total belongs to."
    sql: ${TABLE}.entity ;;
  }

  dimension: entity_id {
    type: string
    description: "Its id in F1DB."
    sql: ${TABLE}.entity_id ;;
  }

  dimension: year {
    type: number
    description: "The season; empty for a career."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: metric {
    type: string
    description: "F1DB's name of the total, in snake case."
    sql: ${TABLE}.metric ;;
  }

  dimension: ours {
    type: number
    description: "The value computed from results and standings; another one is a new difference."
    value_format_name: decimal_4
    sql: ${TABLE}.ours ;;
  }

  dimension: f1db {
    type: number
    description: "F1DB's own value."
    value_format_name: decimal_4
    sql: ${TABLE}.f1db ;;
  }

  dimension: reason {
    type: string
    description: "Why the difference is right, in a sentence."
    sql: ${TABLE}.reason ;;
  }

  dimension_group: decided_on {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "The day on which that was decided."
    sql: ${TABLE}.decided_on ;;
  }

  measure: rows {
    type: count
    description: "One row per difference from F1DB's totals that is published all the same, with the reason; none so far."
  }
}
