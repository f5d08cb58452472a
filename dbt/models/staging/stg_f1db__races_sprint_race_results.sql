with

source as (

    select * from {{ source('f1db_raw', 'races_sprint_race_results') }}

),

final as (

    select
        race_id,
        driver_id,
        constructor_id,
        engine_manufacturer_id,
        tyre_manufacturer_id,

        year,
        round,
        position_display_order,
        position_number,
        position_text,
        driver_number,
        coalesce(shared_car, false) as is_shared_car,
        coalesce(laps, 0) as laps,
        time as time_text,
        time_millis,
        time_penalty as time_penalty_text,
        time_penalty_millis,
        gap as gap_text,
        gap_millis,
        gap_laps,
        source.interval as interval_text,
        interval_millis,
        reason_retired,
        coalesce(points, 0) as points,
        coalesce(pole_position, false) as is_pole_position,
        qualification_position_number,
        qualification_position_text,
        grid_position_number,
        grid_position_text,
        positions_gained,
        pit_stops,
        coalesce(fastest_lap, false) as is_fastest_lap,
        coalesce(driver_of_the_day, false) as is_driver_of_the_day,
        coalesce(grand_slam, false) as is_grand_slam
    from source

)

select * from final
