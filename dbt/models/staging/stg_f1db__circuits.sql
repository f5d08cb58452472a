with

source as (

    select * from {{ source('f1db_raw', 'circuits') }}

),

final as (

    select
        id as circuit_id,
        country_id,

        name as circuit_name,
        full_name,
        previous_names,
        type as circuit_type,
        direction,
        place_name,
        latitude,
        longitude,
        length as length_km,
        turns,
        total_races_held
    from source

)

select * from final
