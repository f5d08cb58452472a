with

source as (

    select * from {{ source('f1db_raw', 'races') }}

),

final as (

    select
        id as race_id,
        grand_prix_id,
        circuit_id,

        year,
        round,
        date as race_date,
        official_name,

        laps,
        distance as distance_km
    from source

)

select * from final
