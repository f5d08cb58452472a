with

source as (

    select * from {{ source('f1db_raw', 'drivers_family_relationships') }}

),

final as (

    select
        parent_driver_id,
        driver_id,

        position_display_order,
        type as relationship
    from source

)

select * from final
