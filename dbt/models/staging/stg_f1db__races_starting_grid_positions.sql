with

source as (

    select * from {{ source('f1db_raw', 'races_starting_grid_positions') }}

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
        qualification_position_number,
        qualification_position_text,
        grid_penalty,
        grid_penalty_positions,
        time as time_text,
        time_millis
    from source

)

select * from final
