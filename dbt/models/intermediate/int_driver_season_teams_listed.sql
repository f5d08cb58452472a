with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

constructors as (

    select * from {{ ref('dim_constructors') }}

),

teams as (

    select
        race_results.driver_id,
        race_results.year,
        race_results.constructor_id,
        min(constructors.constructor_name) as constructor_name,
        min(race_results.race_date) as first_race_date
    from race_results
    inner join constructors on race_results.constructor_id = constructors.constructor_id
    group by
        race_results.driver_id,
        race_results.year,
        race_results.constructor_id

),

final as (

    select
        driver_id,
        year,
        string_agg(constructor_id, ', ' order by first_race_date, constructor_id) as constructor_ids,
        string_agg(constructor_name, ', ' order by first_race_date, constructor_id) as constructors
    from teams
    group by
        driver_id,
        year

)

select * from final
