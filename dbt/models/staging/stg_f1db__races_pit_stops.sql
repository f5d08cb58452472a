with

source as (

    select * from {{ source('f1db_raw', 'races_pit_stops') }}

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
        stop,
        lap,
        time as time_text,
        time_millis
    from source

)

select * from final
