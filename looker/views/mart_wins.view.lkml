# Made by `make docs` from the dbt project; do not edit.
# One row per race won by the chosen driver, a shared win with the driver's own start.
view: mart_wins {
  label: "Wins"
  sql_table_name: @{DRIVER_DATASET}.mart_wins ;;

  dimension: release {
    type: string
    description: "F1DB's release that the row was computed from."
    sql: ${TABLE}.release ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: win_number {
    type: number
    description: "How many races the driver had won with this one."
    value_format_name: id
    sql: ${TABLE}.win_number ;;
  }

  dimension: race_id {
    primary_key: yes
    type: number
    description: "F1DB's number of the race."
    value_format_name: id
    sql: ${TABLE}.race_id ;;
  }

  dimension: year {
    type: number
    description: "Season of the race."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: round {
    type: number
    description: "Round of the race in its season."
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

  dimension: grand_prix_id {
    type: string
    description: "F1DB's id of the Grand Prix."
    sql: ${TABLE}.grand_prix_id ;;
  }

  dimension: grand_prix_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.grand_prix_name ;;
  }

  dimension: circuit_id {
    type: string
    description: "F1DB's id of the circuit."
    sql: ${TABLE}.circuit_id ;;
  }

  dimension: circuit_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.circuit_name ;;
  }

  dimension: constructor_id {
    type: string
    description: "F1DB's id of the constructor of the winning car."
    sql: ${TABLE}.constructor_id ;;
  }

  dimension: constructor_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.constructor_name ;;
  }

  dimension: grid_position_number {
    type: number
    description: "Place on the grid of the driver's own start; null without a number, as from the pit lane."
    value_format_name: id
    sql: ${TABLE}.grid_position_number ;;
  }

  dimension: grid_position_text {
    type: string
    description: "The same as F1DB prints it."
    sql: ${TABLE}.grid_position_text ;;
  }

  dimension: is_pole_position {
    type: yesno
    description: "The driver had the pole, by F1DB's flag."
    sql: ${TABLE}.is_pole_position ;;
  }

  dimension: is_fastest_lap {
    type: yesno
    description: "The driver had a fastest lap of the race, alone or shared."
    sql: ${TABLE}.is_fastest_lap ;;
  }

  dimension: is_grand_slam {
    type: yesno
    description: "Pole, fastest lap, win and every lap led."
    sql: ${TABLE}.is_grand_slam ;;
  }

  dimension: is_shared {
    type: yesno
    description: "The winning car was driven by another driver, too."
    sql: ${TABLE}.is_shared ;;
  }

  dimension: second_driver_name {
    type: string
    description: "Who came second; several names, joined with a comma, shared a car."
    sql: ${TABLE}.second_driver_name ;;
  }

  measure: rows {
    type: count
    description: "One row per race won by the chosen driver, a shared win with the driver's own start."
  }
}
