with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

grids as (

    select * from {{ ref('stg_f1db__races_starting_grid_positions') }}

),

-- A driver may stand in a race's results more than once: shared cars, and two cars in one race. A race counts once
-- for entries, starts and places; poles, fastest laps, laps and points count for each row, as F1DB counts them.
final as (

    select
        race_results.driver_id,
        race_results.race_id,
        min(race_results.year) as year,
        min(race_results.race_date) as race_date,
        max(case when race_results.is_started then 1 else 0 end) as starts,
        max(case when race_results.position_number = 1 then 1 else 0 end) as wins,
        max(case when race_results.position_number = 2 then 1 else 0 end) as second_places,
        max(case when race_results.position_number = 3 then 1 else 0 end) as third_places,
        max(case when race_results.is_podium then 1 else 0 end) as podiums,
        min(race_results.position_number) as best_position,
        sum(case when race_results.is_pole_position then 1 else 0 end) as pole_positions,
        sum(case when race_results.is_fastest_lap then 1 else 0 end) as fastest_laps,
        sum(case when race_results.is_driver_of_the_day then 1 else 0 end) as driver_of_the_day_awards,
        sum(case when race_results.is_grand_slam then 1 else 0 end) as grand_slams,
        sum(race_results.laps) as laps,
        sum(race_results.points) as points,
        min(grids.position_number) as best_grid_position
    from race_results
    left join grids
        on race_results.race_id = grids.race_id
        and race_results.driver_id = grids.driver_id
    group by
        race_results.driver_id,
        race_results.race_id

)

select * from final
