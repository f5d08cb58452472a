with

source as (

    select * from {{ source('f1db_raw', 'circuits_layouts') }}

),

final as (

    select
        id as circuit_layout_id,
        circuit_id,

        effective as is_effective,
        length as length_km,
        turns
    from source

)

select * from final
