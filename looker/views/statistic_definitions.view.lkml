# Made by `make docs` from the dbt project; do not edit.
# One row per statistic that some column or row of the published marts gives, with what it counts and how.
view: statistic_definitions {
  label: "Statistic definitions"
  sql_table_name: @{SHARED_DATASET}.statistic_definitions ;;

  dimension: id {
    primary_key: yes
    type: string
    description: "The statistic's id: the statistic of a column's description, the statistic_id of a row."
    sql: ${TABLE}.id ;;
  }

  dimension: name {
    type: string
    description: "Its name, as a heading has it."
    sql: ${TABLE}.name ;;
  }

  dimension: definition {
    type: string
    description: "What is counted, in words."
    sql: ${TABLE}.definition ;;
  }

  dimension: rule {
    type: string
    description: "How it is computed, precisely enough to do it again."
    sql: ${TABLE}.rule ;;
  }

  dimension: source {
    type: string
    description: "The tables of F1DB it is computed from, joined with a comma."
    sql: ${TABLE}.source ;;
  }

  dimension: alternatives {
    type: string
    description: "Ids of rival definitions that are published, too, joined with |; empty where there is none."
    sql: ${TABLE}.alternatives ;;
  }

  dimension: is_default {
    type: yesno
    description: "It is the only definition, or the one that is meant where none is named."
    sql: ${TABLE}.is_default ;;
  }

  measure: rows {
    type: count
    description: "One row per statistic that some column or row of the published marts gives, with what it counts and how."
  }
}
