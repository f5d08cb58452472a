# Made by `make docs` from the dbt project; do not edit.
# One row per race in which the chosen driver gained places between the start and the finish.
view: mart_recoveries {
  label: "Recoveries"
  sql_table_name: @{DRIVER_DATASET}.mart_recoveries ;;

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

  dimension: race_id {
    primary_key: yes
    type: number
    description: "F1DB's id of the race."
    value_format_name: id
    sql: ${TABLE}.race_id ;;
  }

  dimension: year {
    type: number
    description: "The season."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension_group: race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "The day of the race."
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

  dimension: constructor_id {
    type: string
    description: "F1DB's id of the constructor."
    sql: ${TABLE}.constructor_id ;;
  }

  dimension: constructor_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.constructor_name ;;
  }

  dimension: grid_position_number {
    type: number
    description: "Place on the grid; null for a start from the pit lane."
    value_format_name: id
    sql: ${TABLE}.grid_position_number ;;
  }

  dimension: grid_position_text {
    type: string
    description: "The same as F1DB prints it: PL is the pit lane."
    sql: ${TABLE}.grid_position_text ;;
  }

  dimension: position_number {
    type: number
    description: "Place in the race."
    value_format_name: id
    sql: ${TABLE}.position_number ;;
  }

  dimension: places_gained {
    type: number
    description: "Places gained as F1DB counts them, from the pit lane too."
    value_format_name: decimal_0
    sql: ${TABLE}.places_gained ;;
  }

  dimension: recovery_rank {
    type: number
    description: "1 for the most places the driver gained in a race; equal ones share a rank."
    value_format_name: id
    sql: ${TABLE}.recovery_rank ;;
  }

  dimension: is_win {
    type: yesno
    description: "The race was won."
    sql: ${TABLE}.is_win ;;
  }

  dimension: is_podium {
    type: yesno
    description: "The place was among the first three."
    sql: ${TABLE}.is_podium ;;
  }

  measure: total_places_gained {
    type: sum
    label: "Places gained"
    description: "Places gained between the start and the finish of a race by a driver who is classified; starts from the pit lane are in as F1DB counts them."
    value_format_name: decimal_0
    sql: ${places_gained} ;;
  }

  measure: rows {
    type: count
    description: "One row per race in which the chosen driver gained places between the start and the finish."
  }
}
