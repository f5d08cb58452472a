with

sprint_results as (

    select * from {{ ref('fct_sprint_results') }}

),

final as (

    select
        driver_id,
        year,
        count(case when is_started then race_id end) as sprint_starts,
        count(case when is_win then race_id end) as sprint_wins,
        count(case when is_top_three then race_id end) as sprint_top_threes,
        sum(points) as points_sprint,
        min(position_number) as best_sprint_race_result
    from sprint_results
    group by
        driver_id,
        year

)

select * from final
