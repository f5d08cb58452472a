with

source as (

    select * from {{ source('f1db_raw', 'constructors_chronology') }}

),

final as (

    select
        parent_constructor_id,
        constructor_id,

        position_display_order,
        year_from,
        year_to
    from source

)

select * from final
