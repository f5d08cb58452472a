with

source as (

    select * from {{ source('f1db_raw', 'seasons_entrants_chassis') }}

),

final as (

    select
        entrant_id,
        constructor_id,
        engine_manufacturer_id,
        chassis_id,

        year
    from source

)

select * from final
