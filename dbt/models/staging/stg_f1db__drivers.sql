with

source as (

    select * from {{ source('f1db_raw', 'drivers') }}

),

final as (

    select
        id as driver_id,

        name as driver_name,
        first_name,
        last_name,
        full_name,
        abbreviation,
        permanent_number,
        place_of_birth,
        nationality_country_id,

        date_of_birth,
        date_of_death
    from source

)

select * from final
