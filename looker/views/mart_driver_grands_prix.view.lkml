# Made by `make docs` from the dbt project; do not edit.
# One row per driver and Grand Prix with a race entry.
view: mart_driver_grands_prix {
  label: "Driver grands prix"
  sql_table_name: @{SHARED_DATASET}.mart_driver_grands_prix ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.grand_prix_id as string)) ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
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

  dimension: first_year {
    type: number
    description: "Season of the first race entered."
    value_format_name: id
    sql: ${TABLE}.first_year ;;
  }

  dimension: last_year {
    type: number
    description: "Season of the last race entered."
    value_format_name: id
    sql: ${TABLE}.last_year ;;
  }

  dimension: race_entries {
    type: number
    description: "Distinct races entered, whether started or not."
    value_format_name: decimal_0
    sql: ${TABLE}.race_entries ;;
  }

  dimension: race_starts {
    type: number
    description: "Distinct races started."
    value_format_name: decimal_0
    sql: ${TABLE}.race_starts ;;
  }

  dimension: race_wins {
    type: number
    description: "Distinct races won, in a shared car too."
    value_format_name: decimal_0
    sql: ${TABLE}.race_wins ;;
  }

  dimension: podiums {
    type: number
    description: "Distinct races with a place among the first three."
    value_format_name: decimal_0
    sql: ${TABLE}.podiums ;;
  }

  dimension: pole_positions {
    type: number
    description: "Poles as F1DB credits them (its flag, not grid 1)."
    value_format_name: decimal_0
    sql: ${TABLE}.pole_positions ;;
  }

  dimension: fastest_laps {
    type: number
    description: "Fastest laps of a race, shared ones included."
    value_format_name: decimal_0
    sql: ${TABLE}.fastest_laps ;;
  }

  dimension: race_laps {
    type: number
    description: "Laps raced."
    value_format_name: decimal_0
    sql: ${TABLE}.race_laps ;;
  }

  dimension: points_race {
    type: number
    description: "Points of races, before dropped scores; sprint races are left out."
    value_format_name: decimal_2
    sql: ${TABLE}.points_race ;;
  }

  dimension: best_race_result {
    type: number
    description: "The best place in a race; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.best_race_result ;;
  }

  measure: total_race_entries {
    type: sum
    label: "Race entries"
    description: "Distinct races entered, whether started or not."
    value_format_name: decimal_0
    sql: ${race_entries} ;;
  }

  measure: total_race_starts {
    type: sum
    label: "Race starts"
    description: "Distinct races started."
    value_format_name: decimal_0
    sql: ${race_starts} ;;
  }

  measure: total_race_wins {
    type: sum
    label: "Race wins"
    description: "Distinct races won, in a shared car too: each of its drivers has won."
    value_format_name: decimal_0
    sql: ${race_wins} ;;
  }

  measure: total_podiums {
    type: sum
    label: "Podiums"
    description: "Distinct races with a place among the first three, in a shared car too."
    value_format_name: decimal_0
    sql: ${podiums} ;;
  }

  measure: total_pole_positions {
    type: sum
    label: "Pole positions"
    description: "Poles as credited to the driver. That is not always the first place on the grid (penalties after qualifying) or in qualifying (weekends on which a sprint set the grid)."
    value_format_name: decimal_0
    sql: ${pole_positions} ;;
  }

  measure: total_fastest_laps {
    type: sum
    label: "Fastest laps"
    description: "Races in which the driver is credited with the fastest lap; where several drivers share it, it counts for each of them."
    value_format_name: decimal_0
    sql: ${fastest_laps} ;;
  }

  measure: total_race_laps {
    type: sum
    label: "Race laps"
    description: "Laps raced."
    value_format_name: decimal_0
    sql: ${race_laps} ;;
  }

  measure: total_points_race {
    type: sum
    label: "Race points"
    description: "Points of races only, before dropped scores; sprint races are left out."
    value_format_name: decimal_2
    sql: ${points_race} ;;
  }

  measure: overall_best_race_result {
    type: min
    label: "Best race result"
    description: "The best place in a race."
    value_format_name: decimal_0
    sql: ${best_race_result} ;;
  }

  measure: rows {
    type: count
    description: "One row per driver and Grand Prix with a race entry."
  }
}
