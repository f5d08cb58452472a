with

wins as (

    select * from {{ ref('int_driver_wins_combined') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

circuits as (

    select * from {{ ref('dim_circuits') }}

),

constructors as (

    select * from {{ ref('dim_constructors') }}

),

drivers as (

    select * from {{ ref('dim_drivers') }}

),

seconds as (

    select
        race_results.race_id,
        string_agg(drivers.driver_name, ', ' order by drivers.driver_id) as second_driver_name
    from race_results
    inner join drivers on race_results.driver_id = drivers.driver_id
    where race_results.position_number = 2
    group by race_results.race_id

),

final as (

    select
        wins.driver_id,
        cast(
            row_number() over (partition by wins.driver_id order by races.race_date, races.race_id)
            as {{ type_count() }}
        ) as win_number,
        cast(races.race_id as {{ type_count() }}) as race_id,
        cast(races.year as {{ type_count() }}) as year,
        cast(races.round as {{ type_count() }}) as round,
        races.race_date,
        races.grand_prix_id,
        races.grand_prix_name,
        races.circuit_id,
        circuits.circuit_name,
        wins.constructor_id,
        constructors.constructor_name,
        cast(wins.grid_position_number as {{ type_count() }}) as grid_position_number,
        wins.grid_position_text,
        wins.is_pole_position,
        wins.is_fastest_lap,
        wins.is_grand_slam,
        wins.is_shared,
        seconds.second_driver_name
    from wins
    inner join races on wins.race_id = races.race_id
    inner join circuits on races.circuit_id = circuits.circuit_id
    inner join constructors on wins.constructor_id = constructors.constructor_id
    left join seconds on wins.race_id = seconds.race_id

)

select * from final
