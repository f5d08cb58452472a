with

source as (

    select * from {{ source('f1db_raw', 'grands_prix') }}

),

final as (

    select
        id as grand_prix_id,

        name as grand_prix_name,
        full_name,
        abbreviation,
        country_id
    from source

)

select * from final
