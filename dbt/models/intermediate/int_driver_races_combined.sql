with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

-- A driver may stand in a race's results more than once: shared cars, and two cars in one race. A race counts once
-- for entries, starts and places; poles, fastest laps, laps and points count for each row, as F1DB counts them.
final as (

    select
        driver_id,
        race_id,
        min(year) as year,
        min(race_date) as race_date,
        max(case when is_started then 1 else 0 end) as starts,
        max(case when position_number = 1 then 1 else 0 end) as wins,
        max(case when position_number = 2 then 1 else 0 end) as second_places,
        max(case when position_number = 3 then 1 else 0 end) as third_places,
        max(case when is_podium then 1 else 0 end) as podiums,
        min(position_number) as best_position,
        sum(case when is_pole_position then 1 else 0 end) as pole_positions,
        sum(case when is_fastest_lap then 1 else 0 end) as fastest_laps,
        sum(case when is_driver_of_the_day then 1 else 0 end) as driver_of_the_day_awards,
        sum(case when is_grand_slam then 1 else 0 end) as grand_slams,
        sum(laps) as laps,
        sum(points) as points
    from race_results
    group by
        driver_id,
        race_id

)

select * from final
