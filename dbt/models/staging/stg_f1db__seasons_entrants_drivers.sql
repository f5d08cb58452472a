with

source as (

    select * from {{ source('f1db_raw', 'seasons_entrants_drivers') }}

),

final as (

    select
        entrant_id,
        constructor_id,
        engine_manufacturer_id,
        driver_id,

        year,
        rounds,
        rounds_text,
        test_driver as is_test_driver
    from source

)

select * from final
