with

source as (

    select * from {{ source('f1db_raw', 'seasons_engine_manufacturers') }}

),

final as (

    select
        engine_manufacturer_id,

        year,
        position_number,
        position_text,
        best_starting_grid_position,
        best_race_result,
        best_sprint_race_result,
        total_race_entries,
        total_race_starts,
        total_race_wins,
        total_race_laps,
        total_podiums,
        total_podium_races,
        total_points,
        total_pole_positions,
        total_fastest_laps,
        total_sprint_race_starts,
        total_sprint_race_wins
    from source

)

select * from final
