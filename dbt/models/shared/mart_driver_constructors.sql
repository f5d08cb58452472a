with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

constructors as (

    select * from {{ ref('dim_constructors') }}

),

driver_races as (

    {{ driver_races_by('constructor_id') }}

),

final as (

    select
        driver_races.driver_id,
        driver_races.constructor_id,
        min(constructors.constructor_name) as constructor_name,
        {{ driver_races_summed() }}
    from driver_races
    inner join constructors on driver_races.constructor_id = constructors.constructor_id
    group by
        driver_races.driver_id,
        driver_races.constructor_id

)

select * from final
