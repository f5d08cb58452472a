# Made by `make docs` from the dbt project; do not edit.
# One row per race, constructor and engine in the championship after that race.
view: fct_constructor_standings {
  label: "Constructor standings"
  sql_table_name: @{SHARED_DATASET}.fct_constructor_standings ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.race_id as string), '|', cast(${TABLE}.constructor_id as string), '|', cast(${TABLE}.engine_manufacturer_id as string)) ;;
  }

  dimension: race_id {
    type: number
    description: "F1DB's number of the race."
    value_format_name: id
    sql: ${TABLE}.race_id ;;
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
    description: "The line on which F1DB shows the row."
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

  dimension: positions_gained {
    type: number
    description: "Places gained since the race before; null without a place then."
    value_format_name: decimal_0
    sql: ${TABLE}.positions_gained ;;
  }

  dimension: points {
    type: number
    description: "Points that count for the title after this race."
    value_format_name: decimal_2
    sql: ${TABLE}.points ;;
  }

  dimension: is_champion {
    type: yesno
    description: "The title is decided for this row; so from the deciding race to the season's end."
    sql: ${TABLE}.is_champion ;;
  }

  measure: rows {
    type: count
    description: "One row per race, constructor and engine in the championship after that race."
  }
}
