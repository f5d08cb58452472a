with

source as (

    select * from {{ source('f1db_raw', 'circuits') }}

),

final as (

    select
        id as circuit_id,

        name as circuit_name,
        full_name,
        type as circuit_type,
        place_name,
        country_id,

        length as length_km,
        turns,
        latitude,
        longitude
    from source

)

select * from final
