with

source as (

    select * from {{ source('f1db_raw', 'entrants') }}

),

final as (

    select
        id as entrant_id,

        name as entrant_name
    from source

)

select * from final
