with

source as (

    select * from {{ source('f1db_raw', 'seasons') }}

),

final as (

    select
        year
    from source

)

select * from final
