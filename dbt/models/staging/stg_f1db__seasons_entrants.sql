with

source as (

    select * from {{ source('f1db_raw', 'seasons_entrants') }}

),

final as (

    select
        entrant_id,
        country_id,

        year
    from source

)

select * from final
