with

source as (

    select * from {{ source('f1db_raw', 'races_qualifying_results') }}

),

final as (

    select
        race_id,
        driver_id,
        driver_number,
        constructor_id,

        position_display_order,
        position_number,
        position_text,
        time_millis,
        q1_millis,
        q2_millis,
        q3_millis
    from source

)

select * from final
