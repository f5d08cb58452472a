# Made by `make docs` from the dbt project; do not edit.
# One row per season of the chosen driver.
view: mart_seasons {
  label: "Seasons"
  sql_table_name: @{DRIVER_DATASET}.mart_seasons ;;

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

  dimension: year {
    primary_key: yes
    type: number
    description: "The season."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: constructor_ids {
    type: string
    description: "Ids of the constructors raced for, by first race, joined with a comma."
    sql: ${TABLE}.constructor_ids ;;
  }

  dimension: constructors {
    type: string
    description: "Names of the constructors raced for, by first race, joined with a comma."
    sql: ${TABLE}.constructors ;;
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

  dimension: second_places {
    type: number
    description: "Distinct races with a second place."
    value_format_name: decimal_0
    sql: ${TABLE}.second_places ;;
  }

  dimension: third_places {
    type: number
    description: "Distinct races with a third place."
    value_format_name: decimal_0
    sql: ${TABLE}.third_places ;;
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

  dimension: points_total {
    type: number
    description: "Points of races and sprint races together, before dropped scores."
    value_format_name: decimal_2
    sql: ${TABLE}.points_total ;;
  }

  dimension: points_race {
    type: number
    description: "Points of races."
    value_format_name: decimal_2
    sql: ${TABLE}.points_race ;;
  }

  dimension: points_sprint {
    type: number
    description: "Points of sprint races."
    value_format_name: decimal_2
    sql: ${TABLE}.points_sprint ;;
  }

  dimension: championship_position {
    type: number
    description: "Place in the standings; in a season that is not final, the place so far."
    value_format_name: decimal_0
    sql: ${TABLE}.championship_position ;;
  }

  dimension: championship_position_text {
    type: string
    description: "The same as F1DB prints it, for instance EX."
    sql: ${TABLE}.championship_position_text ;;
  }

  dimension: championship_points {
    type: number
    description: "Points that counted for the title, from the standings (dropped scores left out); null outside them."
    value_format_name: decimal_2
    sql: ${TABLE}.championship_points ;;
  }

  dimension: is_champion {
    type: yesno
    description: "The title of this season was awarded to the driver."
    sql: ${TABLE}.is_champion ;;
  }

  dimension: is_final {
    type: yesno
    description: "The season is over: nothing left to race, champion named."
    sql: ${TABLE}.is_final ;;
  }

  dimension: races_left {
    type: number
    description: "Races of the season without results."
    value_format_name: decimal_0
    sql: ${TABLE}.races_left ;;
  }

  dimension: sprint_starts {
    type: number
    description: "Sprint races started."
    value_format_name: decimal_0
    sql: ${TABLE}.sprint_starts ;;
  }

  dimension: sprint_wins {
    type: number
    description: "Sprint races won."
    value_format_name: decimal_0
    sql: ${TABLE}.sprint_wins ;;
  }

  dimension: sprint_top_threes {
    type: number
    description: "Sprint races with a place among the first three; no podium by definition."
    value_format_name: decimal_0
    sql: ${TABLE}.sprint_top_threes ;;
  }

  dimension: grand_slams {
    type: number
    description: "Races with pole, fastest lap, win and every lap led."
    value_format_name: decimal_0
    sql: ${TABLE}.grand_slams ;;
  }

  dimension: driver_of_the_day_awards {
    type: number
    description: "Driver of the day votes won."
    value_format_name: decimal_0
    sql: ${TABLE}.driver_of_the_day_awards ;;
  }

  dimension: race_laps {
    type: number
    description: "Laps raced."
    value_format_name: decimal_0
    sql: ${TABLE}.race_laps ;;
  }

  dimension: best_starting_grid_position {
    type: number
    description: "The best place on the grid of a race, as F1DB lists the grid; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.best_starting_grid_position ;;
  }

  dimension: best_race_result {
    type: number
    description: "The best place in a race; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.best_race_result ;;
  }

  dimension: best_sprint_race_result {
    type: number
    description: "The best place in a sprint race; null without one."
    value_format_name: decimal_0
    sql: ${TABLE}.best_sprint_race_result ;;
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

  measure: total_second_places {
    type: sum
    label: "Second places"
    description: "Distinct races with a second place, in a shared car too."
    value_format_name: decimal_0
    sql: ${second_places} ;;
  }

  measure: total_third_places {
    type: sum
    label: "Third places"
    description: "Distinct races with a third place, in a shared car too."
    value_format_name: decimal_0
    sql: ${third_places} ;;
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

  measure: total_points_total {
    type: sum
    label: "Points"
    description: "All points of races and sprint races, before dropped scores."
    value_format_name: decimal_2
    sql: ${points_total} ;;
  }

  measure: total_points_race {
    type: sum
    label: "Race points"
    description: "Points of races only, before dropped scores; sprint races are left out."
    value_format_name: decimal_2
    sql: ${points_race} ;;
  }

  measure: total_points_sprint {
    type: sum
    label: "Sprint points"
    description: "Points of sprint races."
    value_format_name: decimal_2
    sql: ${points_sprint} ;;
  }

  measure: lowest_championship_position {
    type: min
    label: "Championship position, lowest"
    description: "The place in the drivers' championship; in a season that is not final, the place so far."
    value_format_name: decimal_0
    sql: ${championship_position} ;;
  }

  measure: total_championship_points {
    type: sum
    label: "Championship points"
    description: "The points that counted for the drivers' championship: dropped scores are left out, points of sprint races are in."
    value_format_name: decimal_2
    sql: ${championship_points} ;;
  }

  measure: highest_races_left {
    type: max
    label: "Races left, highest"
    description: "Races of the season without results."
    value_format_name: decimal_0
    sql: ${races_left} ;;
  }

  measure: total_sprint_starts {
    type: sum
    label: "Sprint starts"
    description: "Sprint races started."
    value_format_name: decimal_0
    sql: ${sprint_starts} ;;
  }

  measure: total_sprint_wins {
    type: sum
    label: "Sprint wins"
    description: "Sprint races won. They are no race wins."
    value_format_name: decimal_0
    sql: ${sprint_wins} ;;
  }

  measure: total_sprint_top_threes {
    type: sum
    label: "Sprint top threes"
    description: "Sprint races with a place among the first three. It is no podium: there is none at a sprint, and F1DB's podiums count races only."
    value_format_name: decimal_0
    sql: ${sprint_top_threes} ;;
  }

  measure: total_grand_slams {
    type: sum
    label: "Grand slams"
    description: "Races with pole position, fastest lap, the win and every lap led."
    value_format_name: decimal_0
    sql: ${grand_slams} ;;
  }

  measure: total_driver_of_the_day_awards {
    type: sum
    label: "Driver of the day awards"
    description: "Votes for the driver of the day that were won; the vote has been held since 2016."
    value_format_name: decimal_0
    sql: ${driver_of_the_day_awards} ;;
  }

  measure: total_race_laps {
    type: sum
    label: "Race laps"
    description: "Laps raced."
    value_format_name: decimal_0
    sql: ${race_laps} ;;
  }

  measure: overall_best_starting_grid_position {
    type: min
    label: "Best starting grid position"
    description: "The best place on the starting grid of a race, as F1DB lists the grids."
    value_format_name: decimal_0
    sql: ${best_starting_grid_position} ;;
  }

  measure: overall_best_race_result {
    type: min
    label: "Best race result"
    description: "The best place in a race."
    value_format_name: decimal_0
    sql: ${best_race_result} ;;
  }

  measure: overall_best_sprint_race_result {
    type: min
    label: "Best sprint race result"
    description: "The best place in a sprint race."
    value_format_name: decimal_0
    sql: ${best_sprint_race_result} ;;
  }

  measure: rows {
    type: count
    description: "One row per season of the chosen driver."
  }
}
