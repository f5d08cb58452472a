with

results as (

    select * from {{ ref('stg_f1db__races_qualifying_results') }}

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
        races.grand_prix_id,
        races.circuit_id,

        races.year,
        races.round,
        races.race_date,

        results.position_display_order,
        results.position_number,
        results.position_text,
        results.time_millis,
        results.q1_millis,
        results.q2_millis,
        results.q3_millis
    from results
    inner join races on results.race_id = races.race_id

)

select * from final
