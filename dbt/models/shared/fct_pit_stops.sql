with

pit_stops as (

    select * from {{ ref('stg_f1db__races_pit_stops') }}

),

races as (

    select * from {{ ref('stg_f1db__races') }}

),

final as (

    select
        pit_stops.race_id,
        pit_stops.driver_id,
        pit_stops.driver_number,
        pit_stops.constructor_id,
        pit_stops.engine_manufacturer_id,
        pit_stops.tyre_manufacturer_id,
        races.grand_prix_id,
        races.circuit_id,

        races.year,
        races.round,
        races.race_date,

        pit_stops.stop,
        pit_stops.lap,
        pit_stops.time_millis
    from pit_stops
    inner join races on pit_stops.race_id = races.race_id

)

select * from final
