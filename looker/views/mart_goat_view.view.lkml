# Made by `make docs` from the dbt project; do not edit.
# One row per measure by which the greatest might be told, the same for every driver, led by the chosen one or not.
view: mart_goat_view {
  label: "GOAT view"
  sql_table_name: @{DRIVER_DATASET}.mart_goat_view ;;

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
    primary_key: yes
    type: string
    description: "Id of the statistic in statistic_definitions."
    sql: ${TABLE}.statistic_id ;;
  }

  dimension: measure {
    type: string
    description: "Name of the measure."
    sql: ${TABLE}.measure ;;
  }

  dimension: category {
    type: string
    description: "What kind of statistic: career, rate, season, place, span, streak, team_mates or era_adjusted."
    sql: ${TABLE}.category ;;
  }

  dimension: value {
    type: number
    description: "The driver's value; a ratio is between 0 and 1. Null where there is nothing to measure."
    value_format_name: decimal_4
    sql: ${TABLE}.value ;;
  }

  dimension: unit {
    type: string
    description: "What the value counts or measures."
    sql: ${TABLE}.unit ;;
  }

  dimension: rank {
    type: number
    description: "Rank among the drivers who are ranked; equal values share one. Null for who is not eligible."
    value_format_name: id
    sql: ${TABLE}.rank ;;
  }

  dimension: drivers_ranked {
    type: number
    description: "How many drivers are ranked."
    value_format_name: decimal_0
    sql: ${TABLE}.drivers_ranked ;;
  }

  dimension: is_eligible {
    type: yesno
    description: "The driver has a value and the minimum that the statistic asks for."
    sql: ${TABLE}.is_eligible ;;
  }

  dimension: eligibility {
    type: string
    description: "Who is ranked, in words."
    sql: ${TABLE}.eligibility ;;
  }

  dimension: minimum_starts {
    type: number
    description: "Race starts that a driver needs to be ranked; 0 where the minimum is of something else, or none."
    value_format_name: decimal_0
    sql: ${TABLE}.minimum_starts ;;
  }

  dimension: leader_driver_ids {
    type: string
    description: "Ids of those who have the record, joined with a comma; null where nobody has one."
    sql: ${TABLE}.leader_driver_ids ;;
  }

  dimension: leader_names {
    type: string
    description: "Their names, in the order of the ids."
    sql: ${TABLE}.leader_names ;;
  }

  dimension: leader_value {
    type: number
    description: "The record."
    value_format_name: decimal_4
    sql: ${TABLE}.leader_value ;;
  }

  dimension: runner_up_driver_ids {
    type: string
    description: "Ids of those next behind the record, joined with a comma."
    sql: ${TABLE}.runner_up_driver_ids ;;
  }

  dimension: runner_up_names {
    type: string
    description: "Their names, in the order of the ids."
    sql: ${TABLE}.runner_up_names ;;
  }

  dimension: runner_up_value {
    type: number
    description: "Their value."
    value_format_name: decimal_4
    sql: ${TABLE}.runner_up_value ;;
  }

  dimension: gap {
    type: number
    description: "How far the driver's value is from the record, never negative; null without a rank."
    value_format_name: decimal_4
    sql: ${TABLE}.gap ;;
  }

  dimension: is_led {
    type: yesno
    description: "The driver leads the measure, alone or with others."
    sql: ${TABLE}.is_led ;;
  }

  dimension: argument {
    type: string
    description: "for (leads alone), against (another leads) or neutral (shares the lead, or is not ranked)."
    sql: ${TABLE}.argument ;;
  }

  dimension: alternatives {
    type: string
    description: "Ids of rival definitions of the measure, joined with |; null where there is none."
    sql: ${TABLE}.alternatives ;;
  }

  measure: rows {
    type: count
    description: "One row per measure by which the greatest might be told, the same for every driver, led by the chosen one or not."
  }
}
