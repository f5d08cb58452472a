with

races_counted as (

    select * from {{ ref('int_driver_seasons_counted') }}

),

sprints_counted as (

    select * from {{ ref('int_driver_sprint_seasons_counted') }}

),

teams_listed as (

    select * from {{ ref('int_driver_season_teams_listed') }}

),

standings as (

    select * from {{ ref('stg_f1db__seasons_driver_standings') }}

),

seasons as (

    select * from {{ ref('dim_seasons') }}

),

driver_years as (

    select driver_id, year from races_counted
    union distinct
    select driver_id, year from sprints_counted
    union distinct
    select driver_id, year from standings

),

final as (

    select
        driver_years.driver_id,
        driver_years.year,
        teams_listed.constructor_ids,
        teams_listed.constructors,
        cast(coalesce(races_counted.race_entries, 0) as {{ type_count() }}) as race_entries,
        cast(coalesce(races_counted.race_starts, 0) as {{ type_count() }}) as race_starts,
        cast(coalesce(races_counted.race_wins, 0) as {{ type_count() }}) as race_wins,
        cast(coalesce(races_counted.second_places, 0) as {{ type_count() }}) as second_places,
        cast(coalesce(races_counted.third_places, 0) as {{ type_count() }}) as third_places,
        cast(coalesce(races_counted.podiums, 0) as {{ type_count() }}) as podiums,
        cast(coalesce(races_counted.pole_positions, 0) as {{ type_count() }}) as pole_positions,
        cast(coalesce(races_counted.fastest_laps, 0) as {{ type_count() }}) as fastest_laps,
        cast(coalesce(races_counted.grand_slams, 0) as {{ type_count() }}) as grand_slams,
        cast(coalesce(races_counted.driver_of_the_day_awards, 0) as {{ type_count() }}) as driver_of_the_day_awards,
        cast(coalesce(races_counted.race_laps, 0) as {{ type_count() }}) as race_laps,
        cast(
            coalesce(races_counted.points_race, 0) + coalesce(sprints_counted.points_sprint, 0)
            as {{ type_points() }}
        ) as points_total,
        cast(coalesce(races_counted.points_race, 0) as {{ type_points() }}) as points_race,
        cast(coalesce(sprints_counted.points_sprint, 0) as {{ type_points() }}) as points_sprint,
        cast(coalesce(sprints_counted.sprint_starts, 0) as {{ type_count() }}) as sprint_starts,
        cast(coalesce(sprints_counted.sprint_wins, 0) as {{ type_count() }}) as sprint_wins,
        cast(coalesce(sprints_counted.sprint_top_threes, 0) as {{ type_count() }}) as sprint_top_threes,
        races_counted.best_starting_grid_position,
        races_counted.best_race_result,
        sprints_counted.best_sprint_race_result,
        standings.position_number as championship_position,
        standings.position_text as championship_position_text,
        -- What counted for the title: less than points_total in the years of dropped scores, null outside the standings.
        cast(standings.points as {{ type_points() }}) as championship_points,
        coalesce(standings.is_champion, false) as is_champion,
        seasons.races_left,
        seasons.is_final
    from driver_years
    inner join seasons on driver_years.year = seasons.year
    left join races_counted
        on driver_years.driver_id = races_counted.driver_id
        and driver_years.year = races_counted.year
    left join sprints_counted
        on driver_years.driver_id = sprints_counted.driver_id
        and driver_years.year = sprints_counted.year
    left join teams_listed
        on driver_years.driver_id = teams_listed.driver_id
        and driver_years.year = teams_listed.year
    left join standings
        on driver_years.driver_id = standings.driver_id
        and driver_years.year = standings.year

)

select * from final
