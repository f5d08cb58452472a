with

drivers as (

    select * from {{ ref('stg_f1db__drivers') }}

),

final as (

    select
        driver_id,
        driver_name,
        first_name,
        last_name,
        full_name,
        abbreviation,
        permanent_number,
        nationality_country_id,
        place_of_birth,
        date_of_birth,
        date_of_death
    from drivers

)

select * from final
