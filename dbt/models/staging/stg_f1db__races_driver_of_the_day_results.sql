with

source as (

    select * from {{ source('f1db_raw', 'races_driver_of_the_day_results') }}

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
        percentage
    from source

)

select * from final
