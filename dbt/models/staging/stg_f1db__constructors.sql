with

source as (

    select * from {{ source('f1db_raw', 'constructors') }}

),

final as (

    select
        id as constructor_id,

        name as constructor_name,
        full_name,
        country_id
    from source

)

select * from final
