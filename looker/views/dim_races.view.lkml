# Made by `make docs` from the dbt project; do not edit.
# One row per race on a calendar, those still to come included.
view: dim_races {
  label: "Races"
  sql_table_name: @{SHARED_DATASET}.dim_races ;;

  dimension: race_id {
    primary_key: yes
    type: number
    description: "F1DB's number of the race; it stays when rounds are renumbered."
    value_format_name: id
    sql: ${TABLE}.race_id ;;
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

  dimension: grand_prix_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.grand_prix_name ;;
  }

  dimension: official_name {
    type: string
    description: "The name with sponsor and year."
    sql: ${TABLE}.official_name ;;
  }

  dimension: laps {
    type: number
    description: "Laps of the race; before it, as planned."
    value_format_name: decimal_0
    sql: ${TABLE}.laps ;;
  }

  dimension: distance_km {
    type: number
    description: "Length of the race in kilometres; before it, as planned."
    value_format_name: decimal_4
    sql: ${TABLE}.distance_km ;;
  }

  dimension: has_results {
    type: yesno
    description: "The race has been run and its results are in this release."
    sql: ${TABLE}.has_results ;;
  }

  dimension: has_sprint_results {
    type: yesno
    description: "The weekend had a sprint race whose results are in this release."
    sql: ${TABLE}.has_sprint_results ;;
  }

  dimension: is_sprint_weekend {
    type: yesno
    description: "The weekend has a sprint race, run or still to come."
    sql: ${TABLE}.is_sprint_weekend ;;
  }

  measure: rows {
    type: count
    description: "One row per race on a calendar, those still to come included."
  }
}
