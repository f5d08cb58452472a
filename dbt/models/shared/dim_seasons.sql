with

seasons as (

    select * from {{ ref('stg_f1db__seasons') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

standings as (

    select * from {{ ref('stg_f1db__seasons_driver_standings') }}

),

calendars as (

    select
        year,
        count(*) as races,
        count(case when has_results then race_id end) as races_held,
        min(race_date) as first_race_date,
        max(race_date) as last_race_date
    from races
    group by year

),

champions as (

    select
        year,
        min(driver_id) as champion_driver_id
    from standings
    where is_champion
    group by year

),

final as (

    select
        seasons.year,
        calendars.first_race_date,
        calendars.last_race_date,
        champions.champion_driver_id,
        coalesce(calendars.races, 0) as races,
        coalesce(calendars.races_held, 0) as races_held,
        coalesce(calendars.races - calendars.races_held, 0) as races_left,
        -- A season is over when nothing is left to race and F1DB names its champion.
        coalesce(calendars.races = calendars.races_held, false)
        and champions.champion_driver_id is not null as is_final
    from seasons
    left join calendars on seasons.year = calendars.year
    left join champions on seasons.year = champions.year

)

select * from final
