with

source as (

    select * from {{ source('f1db_raw', 'constructors') }}

),

final as (

    select
        id as constructor_id,
        country_id,

        name as constructor_name,
        full_name,
        best_championship_position,
        best_starting_grid_position,
        best_race_result,
        best_sprint_race_result,
        total_championship_wins,
        total_race_entries,
        total_race_starts,
        total_race_wins,
        total1_and2_finishes,
        total_race_laps,
        total_podiums,
        total_podium_races,
        total_points,
        total_championship_points,
        total_pole_positions,
        total_fastest_laps,
        total_sprint_race_starts,
        total_sprint_race_wins
    from source

)

select * from final
