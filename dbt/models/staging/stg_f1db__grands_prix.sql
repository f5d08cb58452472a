with

source as (

    select * from {{ source('f1db_raw', 'grands_prix') }}

),

final as (

    select
        id as grand_prix_id,
        country_id,

        name as grand_prix_name,
        full_name,
        short_name,
        abbreviation,
        total_races_held
    from source

)

select * from final
