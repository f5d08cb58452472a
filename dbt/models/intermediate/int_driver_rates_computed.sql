with

race_scores as (

    select * from {{ ref('int_driver_race_scores') }}

),

seasons_scored as (

    select * from {{ ref('int_driver_seasons_scored') }}

),

titles_counted as (

    select * from {{ ref('int_driver_titles_counted') }}

),

races_summed as (

    select
        driver_id,
        sum(starts) as starts,
        sum(wins) as wins,
        sum(podiums) as podiums,
        sum(pole_positions) as pole_positions,
        sum(fastest_laps) as fastest_laps,
        sum(points_finishes) as points_finishes,
        sum(classified_finishes) as classified_finishes,
        sum(poles_started) as poles_started,
        sum(poles_won) as poles_won,
        sum(rescored_points) as rescored_points,
        sum(field_beaten) as field_beaten,
        count(field_beaten) as fields_met
    from race_scores
    group by driver_id

),

seasons_summed as (

    select
        driver_id,
        sum(race_wins) as wins_of_seasons,
        sum(case when seasons_started = 1 then races_held else 0 end) as races_of_seasons,
        sum(seasons_started) as seasons_started,
        sum(full_seasons) as full_seasons,
        sum(titles_rescored) as titles_rescored
    from seasons_scored
    group by driver_id

),

final as (

    select
        races_summed.driver_id,
        races_summed.starts,
        races_summed.poles_started,
        coalesce(seasons_summed.seasons_started, 0) as seasons_started,
        coalesce(seasons_summed.full_seasons, 0) as full_seasons,
        {{ share_of('races_summed.wins', 'races_summed.starts') }} as win_rate,
        {{ share_of('races_summed.wins', 'races_summed.starts') }} as win_rate_20_starts,
        {{ share_of('races_summed.wins', 'races_summed.starts') }} as win_rate_100_starts,
        {{ share_of('races_summed.podiums', 'races_summed.starts') }} as podium_rate,
        {{ share_of('races_summed.poles_started', 'races_summed.starts') }} as pole_rate,
        {{ share_of('races_summed.fastest_laps', 'races_summed.starts') }} as fastest_lap_rate,
        {{ share_of('races_summed.points_finishes', 'races_summed.starts') }} as points_finish_rate,
        {{ share_of('races_summed.classified_finishes', 'races_summed.starts') }} as classified_rate,
        {{ share_of('races_summed.poles_won', 'races_summed.poles_started') }} as pole_conversion_rate,
        {{ share_of('titles_counted.championships', 'seasons_summed.full_seasons') }} as title_rate,
        {{ share_of('titles_counted.championships', 'seasons_summed.seasons_started') }} as title_rate_seasons_started,
        {{ share_of('seasons_summed.wins_of_seasons', 'seasons_summed.races_of_seasons') }} as career_win_share,
        races_summed.rescored_points,
        {{ share_of('races_summed.rescored_points', 'races_summed.starts') }} as rescored_points_per_start,
        coalesce(seasons_summed.titles_rescored, 0) as titles_rescored,
        {{ share_of('races_summed.field_beaten', 'races_summed.fields_met') }} as classified_field_beaten,
        {{ share_of('races_summed.field_beaten', 'races_summed.starts') }} as classified_field_beaten_all_starts
    from races_summed
    left join seasons_summed on races_summed.driver_id = seasons_summed.driver_id
    left join titles_counted on races_summed.driver_id = titles_counted.driver_id

)

select * from final
