# Made by `make docs` from the dbt project; do not edit.
# One row per statistic, the chosen driver's value and rank among all drivers.
view: mart_records {
  label: "Records"
  sql_table_name: @{DRIVER_DATASET}.mart_records ;;

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

  dimension: driver_name {
    type: string
    description: "The name by which the driver is known."
    sql: ${TABLE}.driver_name ;;
  }

  dimension: statistic_id {
    primary_key: yes
    type: string
    description: "Id of the statistic in statistic_definitions."
    sql: ${TABLE}.statistic_id ;;
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

  dimension: detail {
    type: string
    description: "Which season, place or run gave a best, joined with a comma where several did; else null."
    sql: ${TABLE}.detail ;;
  }

  dimension: unit {
    type: string
    description: "What the value counts or measures."
    sql: ${TABLE}.unit ;;
  }

  dimension: is_higher_better {
    type: yesno
    description: "The greatest value leads; else the smallest."
    sql: ${TABLE}.is_higher_better ;;
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

  dimension: is_leader {
    type: yesno
    description: "The driver has the record, alone or with others; nobody has one of 0."
    sql: ${TABLE}.is_leader ;;
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

  dimension: gap {
    type: number
    description: "How far the driver's value is from the record, never negative; null without a rank."
    value_format_name: decimal_4
    sql: ${TABLE}.gap ;;
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

  measure: rows {
    type: count
    description: "One row per statistic, the chosen driver's value and rank among all drivers."
  }
}
