# Made by `make docs` from the dbt project; do not edit.
# One row per circuit.
view: dim_circuits {
  label: "Circuits"
  sql_table_name: @{SHARED_DATASET}.dim_circuits ;;

  dimension: circuit_id {
    primary_key: yes
    type: string
    description: "F1DB's id of the circuit."
    sql: ${TABLE}.circuit_id ;;
  }

  dimension: circuit_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.circuit_name ;;
  }

  dimension: full_name {
    type: string
    description: "Its full name."
    sql: ${TABLE}.full_name ;;
  }

  dimension: circuit_type {
    type: string
    description: "RACE, ROAD or STREET, as F1DB has it."
    sql: ${TABLE}.circuit_type ;;
  }

  dimension: place_name {
    type: string
    description: "The town it lies in or near."
    sql: ${TABLE}.place_name ;;
  }

  dimension: country_id {
    type: string
    description: "F1DB's id of the country it lies in."
    sql: ${TABLE}.country_id ;;
  }

  dimension: length_km {
    type: number
    description: "Length of the newest layout in kilometres."
    value_format_name: decimal_4
    sql: ${TABLE}.length_km ;;
  }

  dimension: turns {
    type: number
    description: "Turns of the newest layout."
    value_format_name: decimal_0
    sql: ${TABLE}.turns ;;
  }

  dimension: latitude {
    type: number
    description: "Degrees north."
    value_format_name: decimal_4
    sql: ${TABLE}.latitude ;;
  }

  dimension: longitude {
    type: number
    description: "Degrees east."
    value_format_name: decimal_4
    sql: ${TABLE}.longitude ;;
  }

  measure: rows {
    type: count
    description: "One row per circuit."
  }
}
