# Made by `make docs` from the dbt project; do not edit.
# One row per constructor.
view: dim_constructors {
  label: "Constructors"
  sql_table_name: @{SHARED_DATASET}.dim_constructors ;;

  dimension: constructor_id {
    primary_key: yes
    type: string
    description: "F1DB's id of the constructor."
    sql: ${TABLE}.constructor_id ;;
  }

  dimension: constructor_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.constructor_name ;;
  }

  dimension: full_name {
    type: string
    description: "Its full name."
    sql: ${TABLE}.full_name ;;
  }

  dimension: country_id {
    type: string
    description: "F1DB's id of the country it is licensed in."
    sql: ${TABLE}.country_id ;;
  }

  measure: rows {
    type: count
    description: "One row per constructor."
  }
}
