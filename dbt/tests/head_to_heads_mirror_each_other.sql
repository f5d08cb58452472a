-- What one team-mate is ahead, the other is behind; and a stricter definition has no more meetings than a laxer one.
with

head_to_heads as (

    select * from {{ ref('mart_head_to_heads') }}

),

unmirrored as (

    select
        own.driver_id,
        own.team_mate_id,
        own.constructor_id,
        own.statistic_id,
        'no mirror row' as broken_rule
    from head_to_heads as own
    left join head_to_heads as mirror
        on own.driver_id = mirror.team_mate_id
        and own.team_mate_id = mirror.driver_id
        and own.constructor_id = mirror.constructor_id
        and own.statistic_id = mirror.statistic_id
        and own.meetings = mirror.meetings
        and own.ahead = mirror.behind
        and own.first_year = mirror.first_year
        and own.last_year = mirror.last_year
    where mirror.driver_id is null

),

counted as (

    select
        driver_id,
        team_mate_id,
        constructor_id,
        max(case when metric = 'race' and is_default then meetings else 0 end) as races,
        max(case when definition = 'either_classified' then meetings else 0 end) as either_classified,
        max(case when definition = 'both_classified' then meetings else 0 end) as both_classified,
        max(case when metric = 'qualifying' then meetings else 0 end) as qualifyings
    from head_to_heads
    group by
        driver_id,
        team_mate_id,
        constructor_id

),

final as (

    select * from unmirrored
    union all
    select
        driver_id,
        team_mate_id,
        constructor_id,
        cast(null as {{ type_text() }}) as statistic_id,
        'more meetings than races' as broken_rule
    from counted
    where
        both_classified > either_classified
        or either_classified > races
        or qualifyings > races

)

select * from final
