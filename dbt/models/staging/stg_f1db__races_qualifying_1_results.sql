with

source as (

    select * from {{ source('f1db_raw', 'races_qualifying_1_results') }}

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
        q1 as q1_text,
        q1_millis,
        q2 as q2_text,
        q2_millis,
        q3 as q3_text,
        q3_millis,
        gap as gap_text,
        gap_millis,
        source.interval as interval_text,
        interval_millis,
        laps
    from source

)

select * from final
