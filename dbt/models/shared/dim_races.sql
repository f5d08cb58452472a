with

races as (

    select * from {{ ref('stg_f1db__races') }}

),

grands_prix as (

    select * from {{ ref('stg_f1db__grands_prix') }}

),

race_results as (

    select * from {{ ref('stg_f1db__races_race_results') }}

),

sprint_results as (

    select * from {{ ref('stg_f1db__races_sprint_race_results') }}

),

races_run as (

    select
        race_id,
        count(*) as result_rows
    from race_results
    group by race_id

),

sprints_run as (

    select
        race_id,
        count(*) as result_rows
    from sprint_results
    group by race_id

),

final as (

    select
        races.race_id,
        races.year,
        races.round,
        races.race_date,
        races.grand_prix_id,
        races.circuit_id,
        grands_prix.grand_prix_name,
        races.official_name,
        races.laps,
        races.distance_km,
        races_run.race_id is not null as has_results,
        sprints_run.race_id is not null as has_sprint_results,
        -- F1DB names a format of sprint qualifying since 2023; earlier sprints are told by their results.
        races.sprint_qualifying_format is not null or sprints_run.race_id is not null as is_sprint_weekend
    from races
    left join grands_prix on races.grand_prix_id = grands_prix.grand_prix_id
    left join races_run on races.race_id = races_run.race_id
    left join sprints_run on races.race_id = sprints_run.race_id

)

select * from final
