with

fastest_laps as (

    select * from {{ ref('stg_f1db__races_fastest_laps') }}

),

races as (

    select * from {{ ref('stg_f1db__races') }}

),

final as (

    select
        fastest_laps.race_id,
        fastest_laps.driver_id,
        fastest_laps.driver_number,
        fastest_laps.constructor_id,
        fastest_laps.engine_manufacturer_id,
        fastest_laps.tyre_manufacturer_id,
        races.grand_prix_id,
        races.circuit_id,

        races.year,
        races.round,
        races.race_date,

        fastest_laps.position_display_order,
        fastest_laps.position_number,
        fastest_laps.position_text,
        fastest_laps.lap,
        fastest_laps.time_millis,
        fastest_laps.gap_millis,
        coalesce(fastest_laps.position_number = 1, false) as is_fastest
    from fastest_laps
    inner join races on fastest_laps.race_id = races.race_id

)

select * from final
