# Made by `make docs` from the dbt project; do not edit.
# One row per statistic, kind and circuit (where it is one's) of a target of the chosen driver; none for who has not entered a race of the newest season.
view: mart_record_watch {
  label: "Record watch"
  sql_table_name: @{DRIVER_DATASET}.mart_record_watch ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.statistic_id as string), '|', cast(${TABLE}.kind as string), '|', cast(coalesce(${TABLE}.detail, 'none') as string)) ;;
  }

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

  dimension: statistic_id {
    type: string
    description: "Id of the statistic in statistic_definitions."
    sql: ${TABLE}.statistic_id ;;
  }

  dimension: kind {
    type: string
    description: "record (of all drivers, or at the circuit of the next race), next_driver (who is ahead and does not lead) or milestone (a round number)."
    sql: ${TABLE}.kind ;;
  }

  dimension: detail {
    type: string
    description: "The circuit of the next race, where the record is that circuit's; else null."
    sql: ${TABLE}.detail ;;
  }

  dimension: value {
    type: number
    description: "Where the driver is: the career's value, the open streak's length or the value of the season under way."
    value_format_name: decimal_4
    sql: ${TABLE}.value ;;
  }

  dimension: target {
    type: number
    description: "The value to equal or to reach."
    value_format_name: decimal_4
    sql: ${TABLE}.target ;;
  }

  dimension: target_holder_ids {
    type: string
    description: "Ids of those who have that value, joined with a comma; null for a milestone."
    sql: ${TABLE}.target_holder_ids ;;
  }

  dimension: target_holder_names {
    type: string
    description: "Their names, in the order of the ids."
    sql: ${TABLE}.target_holder_names ;;
  }

  dimension: gap {
    type: number
    description: "Target minus value; 0 where the driver shares a record."
    value_format_name: decimal_4
    sql: ${TABLE}.gap ;;
  }

  dimension: unit {
    type: string
    description: "What the value counts or measures."
    sql: ${TABLE}.unit ;;
  }

  dimension: chances_left {
    type: number
    description: "Races left of the season that can add to it, sprints apart: for sprint statistics the sprints left, for titles 1 while one is possible."
    value_format_name: decimal_0
    sql: ${TABLE}.chances_left ;;
  }

  dimension: is_possible_this_season {
    type: yesno
    description: "The races left can close the gap, if each brings the most."
    sql: ${TABLE}.is_possible_this_season ;;
  }

  dimension: next_race_id {
    type: number
    description: "F1DB's number of the next race; null without one."
    value_format_name: id
    sql: ${TABLE}.next_race_id ;;
  }

  dimension_group: next_race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Its date."
    sql: ${TABLE}.next_race_date ;;
  }

  dimension: next_grand_prix_name {
    type: string
    description: "Name of its Grand Prix."
    sql: ${TABLE}.next_grand_prix_name ;;
  }

  dimension: next_race_effect {
    type: string
    description: "What the next race (its sprint included) can do at most: equals, breaks (goes beyond it) or, for a milestone, reaches; null where it cannot."
    sql: ${TABLE}.next_race_effect ;;
  }

  measure: rows {
    type: count
    description: "One row per statistic, kind and circuit (where it is one's) of a target of the chosen driver; none for who has not entered a race of the newest season."
  }
}
