-- A race that gave one driver two places counts once among the podiums: those cases are computed, never listed.
with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

places as (

    select
        driver_id,
        race_id,
        count(distinct position_number) - 1 as places_too_many
    from race_results
    where is_podium
    group by
        driver_id,
        race_id

),

doubled as (

    select
        driver_id,
        sum(places_too_many) as places_too_many
    from places
    group by driver_id

),

final as (

    select
        careers.driver_id,
        careers.podiums,
        careers.race_wins,
        careers.second_places,
        careers.third_places,
        coalesce(doubled.places_too_many, 0) as places_too_many
    from careers
    left join doubled on careers.driver_id = doubled.driver_id
    where
        careers.podiums
        != careers.race_wins + careers.second_places + careers.third_places - coalesce(doubled.places_too_many, 0)

)

select * from final
