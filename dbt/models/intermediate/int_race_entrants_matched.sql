with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

season_entries as (

    select * from {{ ref('stg_f1db__seasons_entrants_drivers') }}

),

listed as (

    select
        race_results.race_id,
        race_results.driver_id,
        race_results.constructor_id,
        season_entries.entrant_id
    from race_results
    inner join season_entries
        on race_results.year = season_entries.year
        and race_results.driver_id = season_entries.driver_id
        and race_results.constructor_id = season_entries.constructor_id
        and race_results.engine_manufacturer_id = season_entries.engine_manufacturer_id
    where {{ has_text('season_entries.rounds', 'cast(race_results.round as ' ~ type_text() ~ ')') }}

),

-- Null where F1DB lists no entrant; several rows where it lists several: cars of two teams, drivers with two cars.
final as (

    select distinct
        race_results.race_id,
        race_results.driver_id,
        race_results.constructor_id,
        listed.entrant_id
    from race_results
    left join listed
        on race_results.race_id = listed.race_id
        and race_results.driver_id = listed.driver_id
        and race_results.constructor_id = listed.constructor_id

)

select * from final
