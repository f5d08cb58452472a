with

source as (

    select * from {{ source('f1db_raw', 'races_race_results') }}

),

final as (

    select
        race_id,
        driver_id,
        driver_number,
        constructor_id,
        engine_manufacturer_id,
        tyre_manufacturer_id,

        position_display_order,
        position_number,
        position_text,
        grid_position_number,
        grid_position_text,
        positions_gained,
        reason_retired,
        coalesce(laps, 0) as laps,
        coalesce(points, 0) as points,

        coalesce(shared_car, false) as is_shared_car,
        coalesce(pole_position, false) as is_pole_position,
        coalesce(fastest_lap, false) as is_fastest_lap,
        coalesce(driver_of_the_day, false) as is_driver_of_the_day,
        coalesce(grand_slam, false) as is_grand_slam
    from source

)

select * from final
