# Made by `make docs` from the dbt project; do not edit.
# One row per driver, kind, definition and unbroken run of at least two races; a run of one race only where the driver has no longer one.
view: mart_driver_streaks {
  label: "Driver streaks"
  sql_table_name: @{SHARED_DATASET}.mart_driver_streaks ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.driver_id as string), '|', cast(${TABLE}.kind as string), '|', cast(${TABLE}.definition as string), '|', cast(${TABLE}.streak_rank as string)) ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: kind {
    type: string
    description: "What each race of the run brought: wins, podiums, pole_positions, points_finishes, points_finishes_with_sprints or classified_finishes."
    sql: ${TABLE}.kind ;;
  }

  dimension: definition {
    type: string
    description: "Which races are in the sequence: all_races, without_indianapolis (1950 to 1960) or own_starts."
    sql: ${TABLE}.definition ;;
  }

  dimension: statistic_id {
    type: string
    description: "The id of kind and definition in statistic_definitions."
    sql: ${TABLE}.statistic_id ;;
  }

  dimension: is_default {
    type: yesno
    description: "The definition is the one meant where none is named."
    sql: ${TABLE}.is_default ;;
  }

  dimension: streak_rank {
    type: number
    description: "1 for the driver's longest run of this kind and definition; of equal ones the earlier comes first."
    value_format_name: id
    sql: ${TABLE}.streak_rank ;;
  }

  dimension: length {
    type: number
    description: "Races in the run."
    value_format_name: decimal_0
    sql: ${TABLE}.length ;;
  }

  dimension: from_race_id {
    type: number
    description: "F1DB's id of its first race."
    value_format_name: id
    sql: ${TABLE}.from_race_id ;;
  }

  dimension: to_race_id {
    type: number
    description: "F1DB's id of its last race."
    value_format_name: id
    sql: ${TABLE}.to_race_id ;;
  }

  dimension_group: from {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of its first race."
    sql: ${TABLE}.from_date ;;
  }

  dimension_group: to {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of its last race."
    sql: ${TABLE}.to_date ;;
  }

  dimension: is_open {
    type: yesno
    description: "The run goes up to the newest race with results, so it may still grow."
    sql: ${TABLE}.is_open ;;
  }

  measure: rows {
    type: count
    description: "One row per driver, kind, definition and unbroken run of at least two races; a run of one race only where the driver has no longer one."
  }
}
