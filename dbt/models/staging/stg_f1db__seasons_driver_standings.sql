with

source as (

    select * from {{ source('f1db_raw', 'seasons_driver_standings') }}

),

final as (

    select
        year,
        driver_id,

        position_display_order,
        position_number,
        position_text,
        points,
        championship_won as is_champion
    from source

)

select * from final
