with

driver_races as (

    select * from {{ ref('int_driver_races_combined') }}

),

final as (

    select
        driver_id,
        year,
        count(*) as race_entries,
        sum(starts) as race_starts,
        sum(wins) as race_wins,
        sum(second_places) as second_places,
        sum(third_places) as third_places,
        sum(podiums) as podiums,
        sum(pole_positions) as pole_positions,
        sum(fastest_laps) as fastest_laps,
        sum(grand_slams) as grand_slams,
        sum(driver_of_the_day_awards) as driver_of_the_day_awards,
        sum(laps) as race_laps,
        sum(points) as points_race,
        min(best_grid_position) as best_starting_grid_position,
        min(best_position) as best_race_result
    from driver_races
    group by
        driver_id,
        year

)

select * from final
