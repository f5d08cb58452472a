# Made by `make docs` from the dbt project; do not edit.
# One row per race and driver, with the driver's best lap of the race.
view: fct_fastest_laps {
  label: "Fastest laps"
  sql_table_name: @{SHARED_DATASET}.fct_fastest_laps ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.race_id as string), '|', cast(${TABLE}.driver_id as string)) ;;
  }

  dimension: race_id {
    type: number
    description: "F1DB's number of the race."
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

  dimension: engine_manufacturer_id {
    type: string
    description: "F1DB's id of the engine's manufacturer."
    sql: ${TABLE}.engine_manufacturer_id ;;
  }

  dimension: tyre_manufacturer_id {
    type: string
    description: "F1DB's id of the tyres' manufacturer."
    sql: ${TABLE}.tyre_manufacturer_id ;;
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
    description: "The line on which F1DB shows the lap."
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
    description: "The same as F1DB prints it."
    sql: ${TABLE}.position_text ;;
  }

  dimension: lap {
    type: number
    description: "The lap on which it was driven; null where F1DB does not know it."
    value_format_name: decimal_0
    sql: ${TABLE}.lap ;;
  }

  dimension: time_millis {
    type: number
    description: "Time of the lap in milliseconds; null where F1DB does not know it."
    value_format_name: decimal_0
    sql: ${TABLE}.time_millis ;;
  }

  dimension: gap_millis {
    type: number
    description: "Distance to the race's fastest lap in milliseconds; null or 0 for the fastest."
    value_format_name: decimal_0
    sql: ${TABLE}.gap_millis ;;
  }

  dimension: is_fastest {
    type: yesno
    description: "It was the fastest of the race; what is credited as such is fct_race_results.is_fastest_lap."
    sql: ${TABLE}.is_fastest ;;
  }

  measure: rows {
    type: count
    description: "One row per race and driver, with the driver's best lap of the race."
  }
}
