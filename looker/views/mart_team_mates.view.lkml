# Made by `make docs` from the dbt project; do not edit.
# One row per team-mate of the chosen driver, constructor, metric and definition with at least one meeting.
view: mart_team_mates {
  label: "Team mates"
  sql_table_name: @{DRIVER_DATASET}.mart_team_mates ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.team_mate_id as string), '|', cast(${TABLE}.constructor_id as string), '|', cast(${TABLE}.metric as string), '|', cast(${TABLE}.definition as string)) ;;
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

  dimension: team_mate_id {
    type: string
    description: "F1DB's id of the team-mate: same race, entrant and constructor, and both started."
    sql: ${TABLE}.team_mate_id ;;
  }

  dimension: team_mate_name {
    type: string
    description: "The name by which the team-mate is known."
    sql: ${TABLE}.team_mate_name ;;
  }

  dimension: constructor_id {
    type: string
    description: "F1DB's id of the constructor both drove for."
    sql: ${TABLE}.constructor_id ;;
  }

  dimension: constructor_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.constructor_name ;;
  }

  dimension: metric {
    type: string
    description: "What is compared: race or qualifying."
    sql: ${TABLE}.metric ;;
  }

  dimension: definition {
    type: string
    description: "How it is compared: display_order, both_classified or either_classified in races, display_order or grid in qualifying."
    sql: ${TABLE}.definition ;;
  }

  dimension: statistic_id {
    type: string
    description: "The definition's id in statistic_definitions."
    sql: ${TABLE}.statistic_id ;;
  }

  dimension: is_default {
    type: yesno
    description: "The definition is the one meant where none is named."
    sql: ${TABLE}.is_default ;;
  }

  dimension: first_year {
    type: number
    description: "Season of the first meeting."
    value_format_name: id
    sql: ${TABLE}.first_year ;;
  }

  dimension: last_year {
    type: number
    description: "Season of the last meeting."
    value_format_name: id
    sql: ${TABLE}.last_year ;;
  }

  dimension: meetings {
    type: number
    description: "Races in which the two met under this definition."
    value_format_name: decimal_0
    sql: ${TABLE}.meetings ;;
  }

  dimension: ahead {
    type: number
    description: "Meetings in which the driver was ahead."
    value_format_name: decimal_0
    sql: ${TABLE}.ahead ;;
  }

  dimension: behind {
    type: number
    description: "Meetings in which the team-mate was ahead."
    value_format_name: decimal_0
    sql: ${TABLE}.behind ;;
  }

  dimension: level {
    type: number
    description: "Meetings in which both had the same place on the grid; display orders have no ties."
    value_format_name: decimal_0
    sql: ${TABLE}.level ;;
  }

  dimension: share_ahead {
    type: number
    description: "Meetings in which the driver was ahead, as a share of all meetings."
    value_format_name: percent_1
    sql: ${TABLE}.share_ahead ;;
  }

  measure: rows {
    type: count
    description: "One row per team-mate of the chosen driver, constructor, metric and definition with at least one meeting."
  }
}
