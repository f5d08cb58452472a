with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        cast({{ var("is_sample") | string | lower }} as boolean) as is_sample,
        driver_id,
        driver_name,
        race_entries,
        race_starts,
        race_wins,
        second_places,
        third_places,
        podiums,
        pole_positions,
        fastest_laps,
        championships,
        points_total,
        points_race,
        points_sprint,
        championship_points,
        sprint_starts,
        sprint_wins,
        sprint_top_threes,
        grand_slams,
        driver_of_the_day_awards,
        race_laps,
        best_championship_position,
        best_starting_grid_position,
        best_race_result,
        best_sprint_race_result,
        first_entry_date,
        last_entry_date,
        first_win_date,
        last_win_date
    from careers
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
