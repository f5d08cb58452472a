with

source as (

    select * from {{ source('f1db_raw', 'chassis') }}

),

final as (

    select
        id as chassis_id,
        constructor_id,

        name as chassis_name,
        full_name
    from source

)

select * from final
