with

pairs as (

    select * from {{ ref('int_team_mates_paired') }}

),

-- 1 ahead of the team-mate, -1 behind, 0 level, null where the definition leaves the race out.
compared as (

    select
        driver_id,
        team_mate_id,
        constructor_id,
        year,
        {{ ahead_or_behind('race_order', 'team_mate_race_order') }} as race_display_order,
        case
            when position_number is not null and team_mate_position_number is not null
                then {{ ahead_or_behind('race_order', 'team_mate_race_order') }}
        end as race_both_classified,
        case
            when position_number is not null or team_mate_position_number is not null
                then {{ ahead_or_behind('race_order', 'team_mate_race_order') }}
        end as race_either_classified,
        {{ ahead_or_behind('qualifying_order', 'team_mate_qualifying_order') }} as qualifying_display_order,
        {{ ahead_or_behind('grid_position_number', 'team_mate_grid_position_number') }} as qualifying_grid
    from pairs

),

meetings as (

    select * from compared
    unpivot (
        outcome for statistic in (
            race_display_order, race_both_classified, race_either_classified, qualifying_display_order, qualifying_grid
        )
    )

),

final as (

    select
        driver_id,
        team_mate_id,
        constructor_id,
        case when statistic like 'race%' then 'race' else 'qualifying' end as metric,
        replace(replace(statistic, 'race_', ''), 'qualifying_', '') as definition,
        concat('head_to_head_', statistic) as statistic_id,
        statistic in ('race_display_order', 'qualifying_display_order') as is_default,
        min(year) as first_year,
        max(year) as last_year,
        cast(count(*) as {{ type_count() }}) as meetings,
        cast(sum(case when outcome = 1 then 1 else 0 end) as {{ type_count() }}) as ahead,
        cast(sum(case when outcome = -1 then 1 else 0 end) as {{ type_count() }}) as behind,
        cast(sum(case when outcome = 0 then 1 else 0 end) as {{ type_count() }}) as level
    from meetings
    group by
        driver_id,
        team_mate_id,
        constructor_id,
        statistic

)

select * from final
