# Made by `make docs` from the dbt project; do not edit.
# One row per driver and title, with its margin, who was beaten and the race that decided it, from the standings.
view: mart_driver_titles {
  label: "Driver titles"
  sql_table_name: @{SHARED_DATASET}.mart_driver_titles ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.year as string)) ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the champion."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: year {
    type: number
    description: "The season."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: title_number {
    type: number
    description: "How many titles the driver had with this one."
    value_format_name: id
    sql: ${TABLE}.title_number ;;
  }

  dimension: constructor_ids {
    type: string
    description: "Ids of the constructors raced for in the season, by first race, joined with a comma."
    sql: ${TABLE}.constructor_ids ;;
  }

  dimension: constructors {
    type: string
    description: "Names of the constructors raced for in the season, by first race, joined with a comma."
    sql: ${TABLE}.constructors ;;
  }

  dimension: championship_points {
    type: number
    description: "Points that counted for the title, from the standings (dropped scores left out)."
    value_format_name: decimal_2
    sql: ${TABLE}.championship_points ;;
  }

  dimension: points_total {
    type: number
    description: "Points of the season's races and sprint races together, before dropped scores."
    value_format_name: decimal_2
    sql: ${TABLE}.points_total ;;
  }

  dimension: race_wins {
    type: number
    description: "Distinct races of the season won, in a shared car too."
    value_format_name: decimal_0
    sql: ${TABLE}.race_wins ;;
  }

  dimension: runner_up_driver_id {
    type: string
    description: "Id of who came next in the final standings; who is excluded from them has no place."
    sql: ${TABLE}.runner_up_driver_id ;;
  }

  dimension: runner_up_name {
    type: string
    description: "The name by which the runner-up is known."
    sql: ${TABLE}.runner_up_name ;;
  }

  dimension: runner_up_points {
    type: number
    description: "The runner-up's points that counted, from the standings."
    value_format_name: decimal_2
    sql: ${TABLE}.runner_up_points ;;
  }

  dimension: margin_points {
    type: number
    description: "Champion's minus runner-up's points that counted; 0 after a countback."
    value_format_name: decimal_2
    sql: ${TABLE}.margin_points ;;
  }

  dimension: is_countback {
    type: yesno
    description: "Champion and runner-up have equal points that counted: the places decided."
    sql: ${TABLE}.is_countback ;;
  }

  dimension: decided_race_id {
    type: number
    description: "F1DB's number of the race weekend (a sprint may decide) from which on the standings name the champion."
    value_format_name: id
    sql: ${TABLE}.decided_race_id ;;
  }

  dimension_group: decided_race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of that race."
    sql: ${TABLE}.decided_race_date ;;
  }

  dimension: decided_grand_prix_name {
    type: string
    description: "Name of that race's Grand Prix."
    sql: ${TABLE}.decided_grand_prix_name ;;
  }

  dimension: decided_round {
    type: number
    description: "Round of that race in its season."
    value_format_name: id
    sql: ${TABLE}.decided_round ;;
  }

  dimension: races_left_when_decided {
    type: number
    description: "Rounds of the season after the deciding one."
    value_format_name: decimal_0
    sql: ${TABLE}.races_left_when_decided ;;
  }

  dimension: is_decided_at_last_race {
    type: yesno
    description: "The title was open until the last race of the season; null without the standings of each race."
    sql: ${TABLE}.is_decided_at_last_race ;;
  }

  dimension: is_final {
    type: yesno
    description: "The season is over: nothing left to race, champion named; else points and margin may still move."
    sql: ${TABLE}.is_final ;;
  }

  measure: total_championship_points {
    type: sum
    label: "Championship points"
    description: "The points that counted for the drivers' championship: dropped scores are left out, points of sprint races are in."
    value_format_name: decimal_2
    sql: ${championship_points} ;;
  }

  measure: total_points_total {
    type: sum
    label: "Points"
    description: "All points of races and sprint races, before dropped scores."
    value_format_name: decimal_2
    sql: ${points_total} ;;
  }

  measure: total_race_wins {
    type: sum
    label: "Race wins"
    description: "Distinct races won, in a shared car too: each of its drivers has won."
    value_format_name: decimal_0
    sql: ${race_wins} ;;
  }

  measure: highest_margin_points {
    type: max
    label: "Title margin, highest"
    description: "How many points that counted the champion had more than the runner-up; 0 where equal points were parted by the places."
    value_format_name: decimal_2
    sql: ${margin_points} ;;
  }

  measure: highest_races_left_when_decided {
    type: max
    label: "Races left when the title was decided, highest"
    description: "Races of the season that were still to come when the title could no longer be lost."
    value_format_name: decimal_0
    sql: ${races_left_when_decided} ;;
  }

  measure: rows {
    type: count
    description: "One row per driver and title, with its margin, who was beaten and the race that decided it, from the standings."
  }
}
