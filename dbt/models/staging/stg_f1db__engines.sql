with

source as (

    select * from {{ source('f1db_raw', 'engines') }}

),

final as (

    select
        id as engine_id,
        engine_manufacturer_id,

        name as engine_name,
        full_name,
        capacity,
        configuration,
        aspiration
    from source

)

select * from final
