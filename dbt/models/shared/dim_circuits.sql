with

circuits as (

    select * from {{ ref('stg_f1db__circuits') }}

),

final as (

    select
        circuit_id,
        circuit_name,
        full_name,
        circuit_type,
        place_name,
        country_id,
        length_km,
        turns,
        latitude,
        longitude
    from circuits

)

select * from final
