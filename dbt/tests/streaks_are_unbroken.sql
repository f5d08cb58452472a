-- A run has as many races as lie between its ends in its sequence, and every winner, and nobody else, has one of wins.
with

streaks as (

    select * from {{ ref('mart_driver_streaks') }}

),

races as (

    select * from {{ ref('int_races_numbered') }}

),

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

newest as (

    select max(race_number) as race_number
    from races

),

spans as (

    select
        streaks.driver_id,
        streaks.statistic_id,
        streaks.streak_rank,
        streaks.definition,
        streaks.length,
        streaks.is_open,
        last_races.race_number = newest.race_number as ends_now,
        last_races.race_number - first_races.race_number + 1 as races,
        last_races.race_number_without_indianapolis
        - first_races.race_number_without_indianapolis + 1 as races_without_indianapolis
    from streaks
    inner join races as first_races on streaks.from_race_id = first_races.race_id
    inner join races as last_races on streaks.to_race_id = last_races.race_id
    cross join newest

),

winners as (

    select
        driver_id,
        max(length) as longest
    from streaks
    where kind = 'wins' and definition = 'all_races'
    group by driver_id

),

final as (

    select driver_id, statistic_id, streak_rank, length
    from spans
    where
        length > races
        or (definition = 'all_races' and length != races)
        or (definition = 'without_indianapolis' and length != races_without_indianapolis)
        or is_open != ends_now
    union all
    select
        careers.driver_id,
        'streak_wins_all_races' as statistic_id,
        cast(null as {{ type_count() }}) as streak_rank,
        winners.longest as length
    from careers
    left join winners on careers.driver_id = winners.driver_id
    where
        coalesce(winners.longest, 0) > careers.race_wins
        or (careers.race_wins > 0 and winners.driver_id is null)

)

select * from final
