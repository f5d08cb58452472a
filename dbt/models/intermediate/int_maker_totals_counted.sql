with

maker_races as (

    select * from {{ ref('int_maker_races_combined') }}

),

-- Each race counts for its season and, without a year, for the career. A career's points begin with the
-- constructors' championship, 1958.
levelled as (

    select
        maker_races.*,
        year as level_year,
        points as points_counted
    from maker_races
    union all
    select
        maker_races.*,
        cast(null as {{ type_count() }}) as level_year,
        case when year >= 1958 then points else 0 end as points_counted
    from maker_races

),

final as (

    select
        entity,
        entity_id,
        level_year as year,
        min(best_grid_position) as best_starting_grid_position,
        min(best_race_position) as best_race_result,
        min(best_sprint_position) as best_sprint_race_result,
        sum(entries) as total_race_entries,
        sum(starts) as total_race_starts,
        sum(wins) as total_race_wins,
        sum(wins * second_places) as total1_and2_finishes,
        sum(laps) as total_race_laps,
        sum(podiums) as total_podiums,
        sum(podium_races) as total_podium_races,
        sum(points_counted) as total_points,
        sum(pole_positions) as total_pole_positions,
        sum(fastest_laps) as total_fastest_laps,
        sum(sprint_starts) as total_sprint_race_starts,
        sum(sprint_wins) as total_sprint_race_wins
    from levelled
    group by
        entity,
        entity_id,
        level_year

)

select * from final
