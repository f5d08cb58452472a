# Made by `make docs` from the dbt project; do not edit.
# One row per race, driver and position text in qualifying (once, a driver has two).
view: fct_qualifying_results {
  label: "Qualifying results"
  sql_table_name: @{SHARED_DATASET}.fct_qualifying_results ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.race_id as string), '|', cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.position_text as string)) ;;
  }

  dimension: race_id {
    type: number
    description: "F1DB's number of the race; it stays when rounds are renumbered."
    value_format_name: id
    sql: ${TABLE}.race_id ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: driver_number {
    type: string
    description: "Number of the car, as text."
    sql: ${TABLE}.driver_number ;;
  }

  dimension: constructor_id {
    type: string
    description: "F1DB's id of the constructor."
    sql: ${TABLE}.constructor_id ;;
  }

  dimension: grand_prix_id {
    type: string
    description: "F1DB's id of the Grand Prix."
    sql: ${TABLE}.grand_prix_id ;;
  }

  dimension: circuit_id {
    type: string
    description: "F1DB's id of the circuit."
    sql: ${TABLE}.circuit_id ;;
  }

  dimension: year {
    type: number
    description: "The season."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: round {
    type: number
    description: "The round of the season; another round may be inserted before it later."
    value_format_name: id
    sql: ${TABLE}.round ;;
  }

  dimension_group: race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of the race."
    sql: ${TABLE}.race_date ;;
  }

  dimension: position_display_order {
    type: number
    description: "The line on which F1DB shows the row; head-to-heads go by it."
    value_format_name: id
    sql: ${TABLE}.position_display_order ;;
  }

  dimension: position_number {
    type: number
    description: "The place; null without one."
    value_format_name: id
    sql: ${TABLE}.position_number ;;
  }

  dimension: position_text {
    type: string
    description: "The same as F1DB prints it, for instance DNF."
    sql: ${TABLE}.position_text ;;
  }

  dimension: time_millis {
    type: number
    description: "The best time in milliseconds where qualifying was one session; null otherwise."
    value_format_name: decimal_0
    sql: ${TABLE}.time_millis ;;
  }

  dimension: q1_millis {
    type: number
    description: "Best time of the first part in milliseconds; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.q1_millis ;;
  }

  dimension: q2_millis {
    type: number
    description: "Best time of the second part in milliseconds; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.q2_millis ;;
  }

  dimension: q3_millis {
    type: number
    description: "Best time of the third part in milliseconds; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.q3_millis ;;
  }

  measure: rows {
    type: count
    description: "One row per race, driver and position text in qualifying (once, a driver has two)."
  }
}
