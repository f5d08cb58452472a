with

standings as (

    select * from {{ ref('stg_f1db__seasons_driver_standings') }}

),

seasons as (

    select * from {{ ref('dim_seasons') }}

),

final as (

    select
        standings.driver_id,
        -- The title as awarded: a season under way has a leader, no champion and no best position.
        sum(case when standings.is_champion then 1 else 0 end) as championships,
        sum(standings.points) as championship_points,
        min(
            case when seasons.champion_driver_id is not null then standings.position_number end
        ) as best_championship_position
    from standings
    inner join seasons on standings.year = seasons.year
    group by standings.driver_id

)

select * from final
