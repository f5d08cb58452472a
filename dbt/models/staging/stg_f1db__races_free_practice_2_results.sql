with

source as (

    select * from {{ source('f1db_raw', 'races_free_practice_2_results') }}

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
        time as time_text,
        time_millis,
        gap as gap_text,
        gap_millis,
        source.interval as interval_text,
        interval_millis,
        laps
    from source

)

select * from final
