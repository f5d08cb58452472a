# Made by `make docs` from the dbt project; do not edit.
# One row per race, driver and pit stop.
view: fct_pit_stops {
  label: "Pit stops"
  sql_table_name: @{SHARED_DATASET}.fct_pit_stops ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.race_id as string), '|', cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.stop as string)) ;;
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

  dimension: stop {
    type: number
    description: "Number of the driver's stop in this race, from 1."
    value_format_name: decimal_0
    sql: ${TABLE}.stop ;;
  }

  dimension: lap {
    type: number
    description: "The lap on which the driver stopped."
    value_format_name: decimal_0
    sql: ${TABLE}.lap ;;
  }

  dimension: time_millis {
    type: number
    description: "The stop's time as F1DB gives it, in milliseconds; null where it does not know it."
    value_format_name: decimal_0
    sql: ${TABLE}.time_millis ;;
  }

  measure: rows {
    type: count
    description: "One row per race, driver and pit stop."
  }
}
