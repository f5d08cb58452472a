# Made by `make docs` from the dbt project; do not edit.
# One row per Grand Prix as an event, whatever the year.
view: dim_grands_prix {
  label: "Grands prix"
  sql_table_name: @{SHARED_DATASET}.dim_grands_prix ;;

  dimension: grand_prix_id {
    primary_key: yes
    type: string
    description: "F1DB's id of the Grand Prix."
    sql: ${TABLE}.grand_prix_id ;;
  }

  dimension: grand_prix_name {
    type: string
    description: "Its name."
    sql: ${TABLE}.grand_prix_name ;;
  }

  dimension: full_name {
    type: string
    description: "Its full name."
    sql: ${TABLE}.full_name ;;
  }

  dimension: abbreviation {
    type: string
    description: "Three letters."
    sql: ${TABLE}.abbreviation ;;
  }

  dimension: country_id {
    type: string
    description: "F1DB's id of the country it is named after; null where it is named after none."
    sql: ${TABLE}.country_id ;;
  }

  measure: rows {
    type: count
    description: "One row per Grand Prix as an event, whatever the year."
  }
}
