with

source as (

    select * from {{ source('f1db_raw', 'continents') }}

),

final as (

    select
        id as continent_id,

        code,
        name as continent_name,
        demonym
    from source

)

select * from final
