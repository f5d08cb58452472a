with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

circuits as (

    select * from {{ ref('dim_circuits') }}

),

driver_races as (

    {{ driver_races_by('circuit_id') }}

),

final as (

    select
        driver_races.driver_id,
        driver_races.circuit_id,
        min(circuits.circuit_name) as circuit_name,
        {{ driver_races_summed() }}
    from driver_races
    inner join circuits on driver_races.circuit_id = circuits.circuit_id
    group by
        driver_races.driver_id,
        driver_races.circuit_id

)

select * from final
