with

drivers as (

    select * from {{ ref('dim_drivers') }}

),

races_counted as (

    select * from {{ ref('int_driver_careers_counted') }}

),

sprint_results as (

    select * from {{ ref('fct_sprint_results') }}

),

titles_counted as (

    select * from {{ ref('int_driver_titles_counted') }}

),

sprints_counted as (

    select
        driver_id,
        count(case when is_started then race_id end) as sprint_starts,
        count(case when is_win then race_id end) as sprint_wins,
        count(case when is_top_three then race_id end) as sprint_top_threes,
        sum(points) as points_sprint,
        min(position_number) as best_sprint_race_result
    from sprint_results
    group by driver_id

),

final as (

    select
        drivers.driver_id,
        drivers.driver_name,
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
        cast(coalesce(titles_counted.championships, 0) as {{ type_count() }}) as championships,
        cast(
            coalesce(races_counted.points_race, 0) + coalesce(sprints_counted.points_sprint, 0)
            as {{ type_points() }}
        ) as points_total,
        cast(coalesce(races_counted.points_race, 0) as {{ type_points() }}) as points_race,
        cast(coalesce(sprints_counted.points_sprint, 0) as {{ type_points() }}) as points_sprint,
        cast(coalesce(titles_counted.championship_points, 0) as {{ type_points() }}) as championship_points,
        cast(coalesce(sprints_counted.sprint_starts, 0) as {{ type_count() }}) as sprint_starts,
        cast(coalesce(sprints_counted.sprint_wins, 0) as {{ type_count() }}) as sprint_wins,
        cast(coalesce(sprints_counted.sprint_top_threes, 0) as {{ type_count() }}) as sprint_top_threes,
        titles_counted.best_championship_position,
        races_counted.best_starting_grid_position,
        races_counted.best_race_result,
        sprints_counted.best_sprint_race_result,
        races_counted.first_entry_date,
        races_counted.last_entry_date,
        races_counted.first_win_date,
        races_counted.last_win_date
    from drivers
    left join races_counted on drivers.driver_id = races_counted.driver_id
    left join sprints_counted on drivers.driver_id = sprints_counted.driver_id
    left join titles_counted on drivers.driver_id = titles_counted.driver_id

)

select * from final
