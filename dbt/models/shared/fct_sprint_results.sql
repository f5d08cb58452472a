with

results as (

    select * from {{ ref('stg_f1db__races_sprint_race_results') }}

),

races as (

    select * from {{ ref('stg_f1db__races') }}

),

final as (

    select
        results.race_id,
        results.driver_id,
        results.driver_number,
        results.constructor_id,
        results.engine_manufacturer_id,
        results.tyre_manufacturer_id,
        races.grand_prix_id,
        races.circuit_id,

        races.year,
        races.round,
        races.race_date,

        results.position_display_order,
        results.position_number,
        results.position_text,
        results.grid_position_number,
        results.grid_position_text,
        results.positions_gained,
        results.reason_retired,
        results.laps,
        cast(results.points as {{ type_points() }}) as points,

        results.position_text != 'DNS' as is_started,
        coalesce(results.position_number = 1, false) as is_win,
        coalesce(results.position_number <= 3, false) as is_top_three
    from results
    inner join races on results.race_id = races.race_id

)

select * from final
