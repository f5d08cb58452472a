with

streaks as (

    select * from {{ ref('int_driver_streaks_found') }}

),

races as (

    select * from {{ ref('int_races_numbered') }}

),

newest as (

    select max(race_date) as race_date
    from races

),

ranked as (

    select
        driver_id,
        kind,
        definition,
        races,
        from_date,
        to_date,
        row_number() over (
            partition by driver_id, kind, definition order by races desc, from_date
        ) as streak_rank
    from streaks

),

final as (

    select
        ranked.driver_id,
        ranked.kind,
        ranked.definition,
        concat('streak_', ranked.kind, '_', ranked.definition) as statistic_id,
        -- As record books count: a race missed ends a streak, the 500 miles that only Americans drove do not.
        ranked.definition = 'without_indianapolis' as is_default,
        cast(ranked.streak_rank as {{ type_count() }}) as streak_rank,
        cast(ranked.races as {{ type_count() }}) as length,
        first_races.race_id as from_race_id,
        last_races.race_id as to_race_id,
        ranked.from_date,
        ranked.to_date,
        ranked.to_date = newest.race_date as is_open
    from ranked
    inner join races as first_races on ranked.from_date = first_races.race_date
    inner join races as last_races on ranked.to_date = last_races.race_date
    cross join newest
    -- One race alone is listed only where the driver has no longer streak.
    where
        ranked.races > 1
        or ranked.streak_rank = 1

)

select * from final
