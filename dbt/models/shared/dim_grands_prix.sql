with

grands_prix as (

    select * from {{ ref('stg_f1db__grands_prix') }}

),

final as (

    select
        grand_prix_id,
        grand_prix_name,
        full_name,
        abbreviation,
        country_id
    from grands_prix

)

select * from final
