with

source as (

    select * from {{ source('f1db_raw', 'races_sprint_race_results') }}

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
        coalesce(points, 0) as points
    from source

)

select * from final
