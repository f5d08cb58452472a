# Made by `make docs` from the dbt project; do not edit.
# One row per entity, season (null for careers) and total or best that F1DB carries, ours beside F1DB's own.
view: reconciliation {
  label: "Reconciliation"
  sql_table_name: @{SHARED_DATASET}.reconciliation ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.entity as string), '|', cast(${TABLE}.entity_id as string), '|', cast(${TABLE}.metric as string), '|', cast(coalesce(${TABLE}.year, 0) as string)) ;;
  }

  dimension: entity {
    type: string
    description: "What the total belongs to: driver, constructor, engine_manufacturer, tyre_manufacturer, circuit or grand_prix."
    sql: ${TABLE}.entity ;;
  }

  dimension: entity_id {
    type: string
    description: "Its id in F1DB."
    sql: ${TABLE}.entity_id ;;
  }

  dimension: year {
    type: number
    description: "The season; null for a career."
    value_format_name: id
    sql: ${TABLE}.year ;;
  }

  dimension: metric {
    type: string
    description: "F1DB's name of the total, in snake case."
    sql: ${TABLE}.metric ;;
  }

  dimension: ours {
    type: number
    description: "The value computed from results and standings only; null where nothing gives a best."
    value_format_name: decimal_2
    sql: ${TABLE}.ours ;;
  }

  dimension: f1db {
    type: number
    description: "F1DB's own value; null where it has no best."
    value_format_name: decimal_2
    sql: ${TABLE}.f1db ;;
  }

  dimension: difference {
    type: number
    description: "Ours minus F1DB's, 0 where both have none; anything else stops publication."
    value_format_name: decimal_2
    sql: ${TABLE}.difference ;;
  }

  measure: rows {
    type: count
    description: "One row per entity, season (null for careers) and total or best that F1DB carries, ours beside F1DB's own."
  }
}
