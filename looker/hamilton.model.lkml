# Made by `make docs` from the dbt project; do not edit.
connection: "@{CONNECTION}"
label: "Formula 1"
include: "/views/*.view.lkml"
include: "/dashboards/*.dashboard.lookml"

explore: reconciliation_exceptions {
  label: "Reconciliation exceptions"
  description: "One row per difference from F1DB's totals that is published all the same, with the reason; none so far."

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${reconciliation_exceptions.year} = ${dim_seasons.year} ;;
  }
}

explore: statistic_definitions {
  label: "Statistic definitions"
  description: "One row per statistic that some column or row of the published marts gives, with what it counts and how."
}

explore: fct_constructor_standings {
  label: "Constructor standings"
  description: "One row per race, constructor and engine in the championship after that race."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_constructor_standings.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_constructor_standings.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_constructor_standings.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_constructor_standings.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_constructor_standings.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_driver_standings {
  label: "Driver standings"
  description: "One row per race and driver in the championship after that race."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_driver_standings.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_driver_standings.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_driver_standings.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_driver_standings.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_driver_standings.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_fastest_laps {
  label: "Fastest laps"
  description: "One row per race and driver, with the driver's best lap of the race."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_fastest_laps.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_pit_stops {
  label: "Pit stops"
  description: "One row per race, driver and pit stop."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_pit_stops.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_qualifying_results {
  label: "Qualifying results"
  description: "One row per race, driver and position text in qualifying (once, a driver has two)."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_qualifying_results.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_race_results {
  label: "Race results"
  description: "One row per race, driver and car number; a driver may share a car, or drive two."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_race_results.year} = ${dim_seasons.year} ;;
  }
}

explore: fct_sprint_results {
  label: "Sprint results"
  description: "One row per sprint race and driver."

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_sprint_results.year} = ${dim_seasons.year} ;;
  }
}

explore: mart_driver_careers {
  label: "Driver careers"
  description: "One row per driver, for all drivers; counts are 0 for those who never entered a race."

  join: dim_drivers {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_driver_careers.driver_id} = ${dim_drivers.driver_id} ;;
  }
}

explore: mart_driver_circuits {
  label: "Driver circuits"
  description: "One row per driver and circuit with a race entry."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_circuits.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_circuits.circuit_id} = ${dim_circuits.circuit_id} ;;
  }
}

explore: mart_driver_constructors {
  label: "Driver constructors"
  description: "One row per driver and constructor with a race entry."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_constructors.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_constructors.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}

explore: mart_driver_grands_prix {
  label: "Driver grands prix"
  description: "One row per driver and Grand Prix with a race entry."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_grands_prix.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_grands_prix.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }
}

explore: mart_driver_record_watch {
  label: "Driver record watch"
  description: "One row per driver of the newest season, statistic, kind and circuit (where it is one's) of a target."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_record_watch.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_record_watch.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_driver_records {
  label: "Driver records"
  description: "One row per statistic and driver, for all drivers; who does not have what it takes has no rank."

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_records.statistic_id} = ${statistic_definitions.id} ;;
  }

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_records.driver_id} = ${dim_drivers.driver_id} ;;
  }
}

explore: mart_driver_recoveries {
  label: "Driver recoveries"
  description: "One row per driver and race in which places were gained between the start and the finish."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_recoveries.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_recoveries.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_recoveries.year} = ${dim_seasons.year} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_recoveries.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_recoveries.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}

explore: mart_driver_seasons {
  label: "Driver seasons"
  description: "One row per driver and season with a race entry, a sprint race or a place in the standings."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_seasons.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_seasons.year} = ${dim_seasons.year} ;;
  }
}

explore: mart_driver_streaks {
  label: "Driver streaks"
  description: "One row per driver, kind, definition and unbroken run of at least two races; a run of one race only where the driver has no longer one."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_streaks.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_streaks.statistic_id} = ${statistic_definitions.id} ;;
  }

  join: from_race {
    from: dim_races
    view_label: "From race"
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_streaks.from_race_id} = ${from_race.race_id} ;;
  }

  join: to_race {
    from: dim_races
    view_label: "To race"
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_streaks.to_race_id} = ${to_race.race_id} ;;
  }
}

explore: mart_driver_titles {
  label: "Driver titles"
  description: "One row per driver and title, with its margin, who was beaten and the race that decided it, from the standings."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_titles.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_titles.year} = ${dim_seasons.year} ;;
  }

  join: runner_up_driver {
    from: dim_drivers
    view_label: "Runner up driver"
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_titles.runner_up_driver_id} = ${runner_up_driver.driver_id} ;;
  }

  join: decided_race {
    from: dim_races
    view_label: "Decided race"
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_titles.decided_race_id} = ${decided_race.race_id} ;;
  }
}

explore: mart_driver_wins {
  label: "Driver wins"
  description: "One row per driver and race won, a shared win with the driver's own start."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_races {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.year} = ${dim_seasons.year} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_driver_wins.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}

explore: mart_head_to_heads {
  label: "Head to heads"
  description: "One row per driver, team-mate, constructor, metric and definition with at least one meeting; the team-mate has the mirror row."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_head_to_heads.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: team_mate {
    from: dim_drivers
    view_label: "Team mate"
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_head_to_heads.team_mate_id} = ${team_mate.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_head_to_heads.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_head_to_heads.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: reconciliation {
  label: "Reconciliation"
  description: "One row per entity, season (null for careers) and total or best that F1DB carries, ours beside F1DB's own."

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${reconciliation.year} = ${dim_seasons.year} ;;
  }
}

explore: release_changes {
  label: "Release changes"
  description: "One row per release, table, row and column that differs from the release before; none for the first."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${release_changes.driver_id} = ${dim_drivers.driver_id} ;;
  }
}

explore: release_findings {
  label: "Release findings"
  description: "One row per finding of the batch in each release that was published or backfilled; none where a release had no flaw."
}

explore: release_headlines {
  label: "Release headlines"
  description: "One row per release, chosen driver and metric, for every release that was published or backfilled."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${release_headlines.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: metric {
    from: statistic_definitions
    view_label: "Metric"
    type: left_outer
    relationship: many_to_one
    sql_on: ${release_headlines.metric} = ${metric.id} ;;
  }
}

explore: release_summaries {
  label: "Release summaries"
  description: "One row per release and table of it or of the release before."
}

explore: mart_career {
  label: "Chosen driver, Career"
  description: "One row per release, exactly one, of the chosen driver's career."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_career.driver_id} = ${dim_drivers.driver_id} ;;
  }
}

explore: mart_circuits {
  label: "Chosen driver, Circuits"
  description: "One row per circuit with a race entry of the chosen driver."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_circuits.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_circuits.circuit_id} = ${dim_circuits.circuit_id} ;;
  }
}

explore: mart_constructors {
  label: "Chosen driver, Constructors"
  description: "One row per constructor with a race entry of the chosen driver."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_constructors.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_constructors.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}

explore: mart_goat_view {
  label: "Chosen driver, GOAT view"
  description: "One row per measure by which the greatest might be told, the same for every driver, led by the chosen one or not."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_goat_view.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_goat_view.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_grands_prix {
  label: "Chosen driver, Grands prix"
  description: "One row per Grand Prix with a race entry of the chosen driver."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_grands_prix.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_grands_prix.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }
}

explore: mart_record_watch {
  label: "Chosen driver, Record watch"
  description: "One row per statistic, kind and circuit (where it is one's) of a target of the chosen driver; none for who has not entered a race of the newest season."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_record_watch.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_record_watch.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_records {
  label: "Chosen driver, Records"
  description: "One row per statistic, the chosen driver's value and rank among all drivers."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_records.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_records.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_recoveries {
  label: "Chosen driver, Recoveries"
  description: "One row per race in which the chosen driver gained places between the start and the finish."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_recoveries.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_races {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_recoveries.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_recoveries.year} = ${dim_seasons.year} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_recoveries.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_recoveries.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}

explore: mart_seasons {
  label: "Chosen driver, Seasons"
  description: "One row per season of the chosen driver."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_seasons.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_seasons.year} = ${dim_seasons.year} ;;
  }
}

explore: mart_streaks {
  label: "Chosen driver, Streaks"
  description: "One row per kind, definition and unbroken run of the chosen driver of at least two races; a run of one race only where there is no longer one."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_streaks.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_streaks.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_team_mates {
  label: "Chosen driver, Team mates"
  description: "One row per team-mate of the chosen driver, constructor, metric and definition with at least one meeting."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_team_mates.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_team_mates.constructor_id} = ${dim_constructors.constructor_id} ;;
  }

  join: statistic_definitions {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_team_mates.statistic_id} = ${statistic_definitions.id} ;;
  }
}

explore: mart_titles {
  label: "Chosen driver, Titles"
  description: "One row per title of the chosen driver, with its margin, who was beaten and the race that decided it."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_titles.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_titles.year} = ${dim_seasons.year} ;;
  }
}

explore: mart_wins {
  label: "Chosen driver, Wins"
  description: "One row per race won by the chosen driver, a shared win with the driver's own start."

  join: dim_drivers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_wins.driver_id} = ${dim_drivers.driver_id} ;;
  }

  join: dim_races {
    type: left_outer
    relationship: one_to_one
    sql_on: ${mart_wins.race_id} = ${dim_races.race_id} ;;
  }

  join: dim_seasons {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_wins.year} = ${dim_seasons.year} ;;
  }

  join: dim_grands_prix {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_wins.grand_prix_id} = ${dim_grands_prix.grand_prix_id} ;;
  }

  join: dim_circuits {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_wins.circuit_id} = ${dim_circuits.circuit_id} ;;
  }

  join: dim_constructors {
    type: left_outer
    relationship: many_to_one
    sql_on: ${mart_wins.constructor_id} = ${dim_constructors.constructor_id} ;;
  }
}
