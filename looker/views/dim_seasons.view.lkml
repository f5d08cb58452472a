# Made by `make docs` from the dbt project; do not edit.
# One row per season.
view: dim_seasons {
  label: "Seasons"
  sql_table_name: @{SHARED_DATASET}.dim_seasons ;;

  dimension: year {
    primary_key: yes
    type: number
    description: "The season."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension_group: first_race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of the first race on the calendar; null without a calendar."
    sql: ${TABLE}.first_race_date ;;
  }

  dimension_group: last_race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of the last race on the calendar; null without a calendar."
    sql: ${TABLE}.last_race_date ;;
  }

  dimension: champion_driver_id {
    type: string
    description: "The driver to whom F1DB gives the title; null while it is open."
    sql: ${TABLE}.champion_driver_id ;;
  }

  dimension: races {
    type: number
    description: "Races on the calendar."
    value_format_name: decimal_0
    sql: ${TABLE}.races ;;
  }

  dimension: races_held {
    type: number
    description: "Races with results."
    value_format_name: decimal_0
    sql: ${TABLE}.races_held ;;
  }

  dimension: races_left {
    type: number
    description: "Races on the calendar without results."
    value_format_name: decimal_0
    sql: ${TABLE}.races_left ;;
  }

  dimension: is_final {
    type: yesno
    description: "Nothing is left to race and the champion is named."
    sql: ${TABLE}.is_final ;;
  }

  measure: rows {
    type: count
    description: "One row per season."
  }
}
