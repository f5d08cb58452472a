with

source as (

    select * from {{ source('f1db_raw', 'races_constructor_standings') }}

),

final as (

    select
        race_id,
        constructor_id,
        engine_manufacturer_id,

        year,
        round,
        position_display_order,
        position_number,
        position_text,
        points,
        positions_gained,
        championship_won as is_champion
    from source

)

select * from final
