with

standings as (

    select * from {{ ref('fct_driver_standings') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

-- The standings carry the title from the race on after which nobody could take it away.
decided as (

    select
        driver_id,
        year,
        min(round) as decided_round
    from standings
    where is_champion
    group by
        driver_id,
        year

),

final as (

    select
        decided.driver_id,
        decided.year,
        decided.decided_round,
        min(case when races.round = decided.decided_round then races.race_id end) as decided_race_id,
        min(case when races.round = decided.decided_round then races.race_date end) as decided_race_date,
        min(case when races.round = decided.decided_round then races.grand_prix_name end) as decided_grand_prix_name,
        count(case when races.round > decided.decided_round then races.race_id end) as races_left_when_decided
    from decided
    inner join races on decided.year = races.year
    group by
        decided.driver_id,
        decided.year,
        decided.decided_round

)

select * from final
