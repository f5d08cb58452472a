with

standings as (

    select * from {{ ref('stg_f1db__races_driver_standings') }}

),

races as (

    select * from {{ ref('stg_f1db__races') }}

),

final as (

    select
        standings.race_id,
        standings.driver_id,
        races.grand_prix_id,
        races.circuit_id,

        races.year,
        races.round,
        races.race_date,

        standings.position_display_order,
        standings.position_number,
        standings.position_text,
        standings.positions_gained,
        cast(standings.points as {{ type_points() }}) as points,
        standings.is_champion
    from standings
    inner join races on standings.race_id = races.race_id

)

select * from final
