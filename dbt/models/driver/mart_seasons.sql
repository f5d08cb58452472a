with

seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        year,
        constructor_ids,
        constructors,
        race_entries,
        race_starts,
        race_wins,
        second_places,
        third_places,
        podiums,
        pole_positions,
        fastest_laps,
        points_total,
        points_race,
        points_sprint,
        championship_position,
        championship_position_text,
        championship_points,
        is_champion,
        is_final,
        races_left,
        sprint_starts,
        sprint_wins,
        sprint_top_threes,
        grand_slams,
        driver_of_the_day_awards,
        race_laps,
        best_starting_grid_position,
        best_race_result,
        best_sprint_race_result
    from seasons
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
