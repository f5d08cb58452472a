# Made by `make docs` from the dbt project; do not edit.
# One row per release, table, row and column that differs from the release before; none for the first.
view: release_changes {
  label: "Release changes"
  sql_table_name: @{SHARED_DATASET}.release_changes ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: concat(cast(${TABLE}.release as string), '|', cast(${TABLE}.table_name as string), '|', cast(${TABLE}.key as string), '|', cast(coalesce(${TABLE}.column_name, '') as string)) ;;
  }

  dimension: release {
    type: string
    description: "The release that differs."
    sql: ${TABLE}.release ;;
  }

  dimension: previous_release {
    type: string
    description: "The newest sound release older than it."
    sql: ${TABLE}.previous_release ;;
  }

  dimension: table_name {
    type: string
    description: "The table, named as in f1db_raw."
    sql: ${TABLE}.table_name ;;
  }

  dimension: change {
    type: string
    description: "added, removed or changed; a changed row has one row here for each column."
    sql: ${TABLE}.change ;;
  }

  dimension: key {
    type: string
    description: "The row's natural key as column=value, joined with a comma. A race keeps its id when rounds are renumbered, and its changed round is a change like any other."
    sql: ${TABLE}.key ;;
  }

  dimension: column_name {
    type: string
    description: "The column that changed; null for a row that was added or removed."
    sql: ${TABLE}.column_name ;;
  }

  dimension: old_value {
    type: string
    description: "Its value in the release before, as text."
    sql: ${TABLE}.old_value ;;
  }

  dimension: new_value {
    type: string
    description: "Its value in this release, as text."
    sql: ${TABLE}.new_value ;;
  }

  dimension_group: race {
    type: time
    timeframes: [raw, date, month, year]
    convert_tz: no
    datatype: date
    description: "Date of the race that the row is about; null where it belongs to none."
    sql: ${TABLE}.race_date ;;
  }

  dimension: driver_id {
    type: string
    description: "F1DB's id of the driver that the row is about; null where it belongs to none."
    sql: ${TABLE}.driver_id ;;
  }

  dimension: is_restatement {
    type: yesno
    description: "The race is not newer than the newest race with results in the release before; null where the row belongs to none."
    sql: ${TABLE}.is_restatement ;;
  }

  measure: rows {
    type: count
    description: "One row per release, table, row and column that differs from the release before; none for the first."
  }
}
