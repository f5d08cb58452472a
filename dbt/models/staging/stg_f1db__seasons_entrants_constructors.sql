with

source as (

    select * from {{ source('f1db_raw', 'seasons_entrants_constructors') }}

),

final as (

    select
        entrant_id,
        constructor_id,
        engine_manufacturer_id,

        year
    from source

)

select * from final
