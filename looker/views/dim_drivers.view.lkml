# Made by `make docs` from the dbt project; do not edit.
# One row per driver that F1DB knows, those who never entered a race included.
view: dim_drivers {
  label: "Drivers"
  sql_table_name: @{SHARED_DATASET}.dim_drivers ;;

  dimension: driver_id {
    primary_key: yes
    type: string
    description: "F1DB's id of the driver."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: driver_name {
    type: string
    description: "The name by which the driver is known."
    sql: ${TABLE}.driver_name ;;
  }

  dimension: first_name {
    type: string
    description: "First name."
    sql: ${TABLE}.first_name ;;
  }

  dimension: last_name {
    type: string
    description: "Last name."
    sql: ${TABLE}.last_name ;;
  }

  dimension: full_name {
    type: string
    description: "Full name."
    sql: ${TABLE}.full_name ;;
  }

  dimension: abbreviation {
    type: string
    description: "Three letters, as on the timing screens; not unique."
    sql: ${TABLE}.abbreviation ;;
  }

  dimension: permanent_number {
    type: string
    description: "The number chosen for good, as text; null without one."
    sql: ${TABLE}.permanent_number ;;
  }

  dimension: nationality_country_id {
    type: string
    description: "F1DB's id of the country raced for."
    sql: ${TABLE}.nationality_country_id ;;
  }

  dimension: place_of_birth {
    type: string
    description: "Town of birth."
    sql: ${TABLE}.place_of_birth ;;
  }

  dimension_group: date_of_birth {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of birth."
    sql: ${TABLE}.date_of_birth ;;
  }

  dimension_group: date_of_death {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of death; null while alive."
    sql: ${TABLE}.date_of_death ;;
  }

  measure: rows {
    type: count
    description: "One row per driver that F1DB knows, those who never entered a race included."
  }
}
