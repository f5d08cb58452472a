with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

-- The driver's own start first: a car that was taken over has no place on the grid. F1DB marks the driver who took a
-- car over; the one who gave it up is found by the car's number.
numbered as (

    select
        race_results.*,
        max(case when is_shared_car then 1 else 0 end) over (partition by race_id, driver_number) = 1 as is_car_shared,
        row_number() over (
            partition by driver_id, race_id order by case when is_shared_car then 1 else 0 end, position_display_order
        ) as row_in_race
    from race_results

),

final as (

    select
        driver_id,
        race_id,
        max(case when is_win then constructor_id end) as constructor_id,
        max(case when row_in_race = 1 then grid_position_number end) as grid_position_number,
        max(case when row_in_race = 1 then grid_position_text end) as grid_position_text,
        max(case when is_pole_position then 1 else 0 end) = 1 as is_pole_position,
        max(case when is_fastest_lap then 1 else 0 end) = 1 as is_fastest_lap,
        max(case when is_grand_slam then 1 else 0 end) = 1 as is_grand_slam,
        max(case when is_win and is_car_shared then 1 else 0 end) = 1 as is_shared
    from numbered
    group by
        driver_id,
        race_id
    having max(case when is_win then 1 else 0 end) = 1

)

select * from final
