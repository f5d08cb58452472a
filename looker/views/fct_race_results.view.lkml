# Made by `make docs` from the dbt project; do not edit.
# One row per race, driver and car number; a driver may share a car, or drive two.
view: fct_race_results {
  label: "Race results"
  sql_table_name: @{SHARED_DATASET}.fct_race_results ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.race_id as string), '|', cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.driver_number as string)) ;;
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
    description: "The same as F1DB prints it, for instance DNF."
    sql: ${TABLE}.position_text ;;
  }

  dimension: grid_position_number {
    type: number
    description: "The place on the grid; null without one, for instance from the pit lane."
    value_format_name: id
    sql: ${TABLE}.grid_position_number ;;
  }

  dimension: grid_position_text {
    type: string
    description: "The same as F1DB prints it, for instance PL for the pit lane."
    sql: ${TABLE}.grid_position_text ;;
  }

  dimension: positions_gained {
    type: number
    description: "Places gained from grid to finish, as F1DB counts them; null without a place at either end."
    value_format_name: decimal_0
    sql: ${TABLE}.positions_gained ;;
  }

  dimension: reason_retired {
    type: string
    description: "Why the car did not finish; null where it did or F1DB does not know."
    sql: ${TABLE}.reason_retired ;;
  }

  dimension: laps {
    type: number
    description: "Laps driven; 0 where F1DB has none."
    value_format_name: decimal_0
    sql: ${TABLE}.laps ;;
  }

  dimension: points {
    type: number
    description: "Points of the race for this row; 0 where F1DB has none."
    value_format_name: decimal_2
    sql: ${TABLE}.points ;;
  }

  dimension: is_started {
    type: yesno
    description: "The driver took the start: position_text is none of DNP, DNPQ, DNQ, DNS and EX."
    sql: ${TABLE}.is_started ;;
  }

  dimension: is_win {
    type: yesno
    description: "The row is a first place."
    sql: ${TABLE}.is_win ;;
  }

  dimension: is_podium {
    type: yesno
    description: "The row is a place among the first three."
    sql: ${TABLE}.is_podium ;;
  }

  dimension: is_pole_position {
    type: yesno
    description: "F1DB's flag: the pole as credited, which is not always grid 1."
    sql: ${TABLE}.is_pole_position ;;
  }

  dimension: is_fastest_lap {
    type: yesno
    description: "Credited with a fastest lap of the race; several drivers may be."
    sql: ${TABLE}.is_fastest_lap ;;
  }

  dimension: is_driver_of_the_day {
    type: yesno
    description: "Winner of the vote for the driver of the day."
    sql: ${TABLE}.is_driver_of_the_day ;;
  }

  dimension: is_grand_slam {
    type: yesno
    description: "Pole, fastest lap, win and every lap led."
    sql: ${TABLE}.is_grand_slam ;;
  }

  dimension: is_shared_car {
    type: yesno
    description: "The result was reached in a car driven by more than one driver."
    sql: ${TABLE}.is_shared_car ;;
  }

  measure: rows {
    type: count
    description: "One row per race, driver and car number; a driver may share a car, or drive two."
  }
}
