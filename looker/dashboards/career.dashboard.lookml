# The tiles of the report that Looker can show, over the chosen driver's dataset; written by hand.
# Each field is checked against the views, and those against the published schema, by tests/dbt/test_looker.py.
- dashboard: career
  title: The chosen driver's career
  description: "Formula 1 in the numbers of one driver; data: F1DB, CC BY 4.0."
  layout: newspaper
  preferred_viewer: dashboards-next

  filters:
  - name: Compared in
    title: Compared in
    type: field_filter
    default_value: race
    model: hamilton
    explore: mart_team_mates
    field: mart_team_mates.metric
  - name: By
    title: By
    type: field_filter
    default_value: display_order
    model: hamilton
    explore: mart_team_mates
    field: mart_team_mates.definition

  elements:
  - name: wins
    title: Race wins
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.race_wins]
    row: 0
    col: 0
    width: 4
    height: 3

  - name: championships
    title: World championships
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.championships]
    row: 0
    col: 4
    width: 4
    height: 3

  - name: poles
    title: Pole positions
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.pole_positions]
    row: 0
    col: 8
    width: 4
    height: 3

  - name: podiums
    title: Podiums
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.podiums]
    row: 0
    col: 12
    width: 4
    height: 3

  - name: starts
    title: Race starts
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.race_starts]
    row: 0
    col: 16
    width: 4
    height: 3

  - name: points
    title: Points
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.points_total]
    row: 0
    col: 20
    width: 4
    height: 3

  - name: release
    title: F1DB release
    model: hamilton
    explore: mart_career
    type: single_value
    fields: [mart_career.release]
    row: 3
    col: 0
    width: 6
    height: 2

  - name: differences
    title: Totals that differ from F1DB's
    model: hamilton
    explore: reconciliation
    type: single_value
    fields: [reconciliation.rows]
    filters:
      reconciliation.difference: "NOT 0"
    note_text: "Every total of everybody that F1DB carries is compared; anything but 0 would have stopped publication."
    note_state: collapsed
    note_display: hover
    row: 3
    col: 6
    width: 6
    height: 2

  - name: compared
    title: Totals compared with F1DB
    model: hamilton
    explore: reconciliation
    type: single_value
    fields: [reconciliation.rows]
    row: 3
    col: 12
    width: 6
    height: 2

  - name: seasons
    title: "Wins, podiums and poles by season"
    model: hamilton
    explore: mart_seasons
    type: looker_column
    fields:
    - mart_seasons.year
    - mart_seasons.total_race_wins
    - mart_seasons.total_podiums
    - mart_seasons.total_pole_positions
    sorts: [mart_seasons.year]
    row: 5
    col: 0
    width: 24
    height: 8

  - name: titles
    title: "Titles: margin, who was beaten, where it was decided"
    model: hamilton
    explore: mart_titles
    type: looker_grid
    fields:
    - mart_titles.year
    - mart_titles.constructors
    - mart_titles.championship_points
    - mart_titles.margin_points
    - mart_titles.runner_up_name
    - mart_titles.decided_grand_prix_name
    - mart_titles.races_left_when_decided
    sorts: [mart_titles.year]
    row: 13
    col: 0
    width: 24
    height: 6

  - name: circuits
    title: Wins by circuit
    model: hamilton
    explore: mart_circuits
    type: looker_bar
    fields:
    - mart_circuits.circuit_name
    - mart_circuits.total_race_wins
    - mart_circuits.total_podiums
    sorts: [mart_circuits.total_race_wins desc]
    limit: 15
    row: 19
    col: 0
    width: 12
    height: 9

  - name: team_mates
    title: "Team-mates, by the definition chosen above"
    model: hamilton
    explore: mart_team_mates
    type: looker_grid
    fields:
    - mart_team_mates.team_mate_name
    - mart_team_mates.constructor_name
    - mart_team_mates.first_year
    - mart_team_mates.last_year
    - mart_team_mates.meetings
    - mart_team_mates.ahead
    - mart_team_mates.behind
    - mart_team_mates.share_ahead
    listen:
      Compared in: mart_team_mates.metric
      By: mart_team_mates.definition
    sorts: [mart_team_mates.first_year]
    row: 19
    col: 12
    width: 12
    height: 9

  - name: grid
    title: Wins by place on the grid
    model: hamilton
    explore: mart_wins
    type: looker_column
    fields:
    - mart_wins.grid_position_text
    - mart_wins.grid_position_number
    - mart_wins.rows
    sorts: [mart_wins.grid_position_number]
    hidden_fields: [mart_wins.grid_position_number]
    note_text: "A start from the pit lane has no number."
    note_state: collapsed
    note_display: hover
    row: 28
    col: 0
    width: 12
    height: 7

  - name: recoveries
    title: Most places gained
    model: hamilton
    explore: mart_recoveries
    type: looker_grid
    fields:
    - mart_recoveries.recovery_rank
    - mart_recoveries.year
    - mart_recoveries.grand_prix_name
    - mart_recoveries.grid_position_text
    - mart_recoveries.position_number
    - mart_recoveries.places_gained
    sorts: [mart_recoveries.recovery_rank]
    limit: 10
    row: 28
    col: 12
    width: 12
    height: 7

  - name: streaks
    title: Longest streaks
    model: hamilton
    explore: mart_streaks
    type: looker_grid
    fields:
    - mart_streaks.kind
    - mart_streaks.length
    - mart_streaks.from_grand_prix_name
    - mart_streaks.from_date
    - mart_streaks.to_grand_prix_name
    - mart_streaks.to_date
    - mart_streaks.is_open
    filters:
      mart_streaks.is_default: "Yes"
      mart_streaks.streak_rank: "1"
    sorts: [mart_streaks.kind]
    row: 35
    col: 0
    width: 24
    height: 6

  - name: held
    title: Records held
    model: hamilton
    explore: mart_records
    type: looker_grid
    fields:
    - statistic_definitions.name
    - mart_records.value
    - mart_records.unit
    - mart_records.rank
    - mart_records.drivers_ranked
    - mart_records.leader_names
    - mart_records.eligibility
    filters:
      mart_records.is_leader: "Yes"
    sorts: [statistic_definitions.name]
    row: 41
    col: 0
    width: 12
    height: 9

  - name: not_held
    title: Records of others
    model: hamilton
    explore: mart_records
    type: looker_grid
    fields:
    - statistic_definitions.name
    - mart_records.value
    - mart_records.rank
    - mart_records.drivers_ranked
    - mart_records.leader_names
    - mart_records.leader_value
    - mart_records.eligibility
    filters:
      mart_records.is_leader: "No"
      mart_records.is_eligible: "Yes"
    sorts: [mart_records.rank]
    row: 41
    col: 12
    width: 12
    height: 9

  - name: watch
    title: "Record watch: what the next races can do"
    model: hamilton
    explore: mart_record_watch
    type: looker_grid
    fields:
    - statistic_definitions.name
    - mart_record_watch.kind
    - mart_record_watch.value
    - mart_record_watch.target
    - mart_record_watch.target_holder_names
    - mart_record_watch.gap
    - mart_record_watch.chances_left
    - mart_record_watch.next_grand_prix_name
    - mart_record_watch.next_race_effect
    filters:
      mart_record_watch.is_possible_this_season: "Yes"
    sorts: [mart_record_watch.gap]
    row: 50
    col: 0
    width: 24
    height: 8

  - name: goat
    title: "The greatest? Every measure, led or not"
    model: hamilton
    explore: mart_goat_view
    type: looker_grid
    fields:
    - mart_goat_view.measure
    - mart_goat_view.argument
    - mart_goat_view.value
    - mart_goat_view.rank
    - mart_goat_view.drivers_ranked
    - mart_goat_view.leader_names
    - mart_goat_view.leader_value
    - mart_goat_view.eligibility
    sorts: [mart_goat_view.argument, mart_goat_view.rank]
    row: 58
    col: 0
    width: 24
    height: 12

  - name: headlines
    title: "Headline numbers, release by release"
    model: hamilton
    explore: release_headlines
    type: looker_grid
    fields:
    - release_headlines.release
    - release_headlines.published_date
    - dim_drivers.driver_name
    - release_headlines.metric
    - release_headlines.previous_value
    - release_headlines.value
    sorts: [release_headlines.published_date desc]
    limit: 100
    row: 70
    col: 0
    width: 12
    height: 8

  - name: restated
    title: What each release changed
    model: hamilton
    explore: release_summaries
    type: looker_grid
    fields:
    - release_summaries.release
    - release_summaries.table_name
    - release_summaries.rows_added
    - release_summaries.rows_removed
    - release_summaries.rows_changed
    - release_summaries.rows_restated
    sorts: [release_summaries.release desc]
    limit: 100
    row: 70
    col: 12
    width: 12
    height: 8

  - name: findings
    title: Flaws of each release's files
    model: hamilton
    explore: release_findings
    type: looker_grid
    fields:
    - release_findings.release
    - release_findings.severity
    - release_findings.code
    - release_findings.table_name
    - release_findings.message
    sorts: [release_findings.release desc]
    limit: 100
    row: 78
    col: 0
    width: 24
    height: 6

  - name: definitions
    title: What each statistic counts
    model: hamilton
    explore: statistic_definitions
    type: looker_grid
    fields:
    - statistic_definitions.name
    - statistic_definitions.definition
    - statistic_definitions.rule
    - statistic_definitions.source
    - statistic_definitions.is_default
    sorts: [statistic_definitions.name]
    row: 84
    col: 0
    width: 24
    height: 12
