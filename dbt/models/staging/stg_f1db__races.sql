with

source as (

    select * from {{ source('f1db_raw', 'races') }}

),

final as (

    select
        id as race_id,
        grand_prix_id,
        circuit_id,
        circuit_layout_id,

        year,
        round,
        date as race_date,
        time as race_time,
        official_name,
        qualifying_format,
        sprint_qualifying_format,
        circuit_type,
        direction,
        course_length as course_length_km,
        turns,
        laps,
        distance as distance_km,
        scheduled_laps,
        scheduled_distance as scheduled_distance_km,
        drivers_championship_decider as is_drivers_championship_decider,
        constructors_championship_decider as is_constructors_championship_decider,
        pre_qualifying_date,
        pre_qualifying_time,
        free_practice1_date,
        free_practice1_time,
        free_practice2_date,
        free_practice2_time,
        free_practice3_date,
        free_practice3_time,
        free_practice4_date,
        free_practice4_time,
        qualifying1_date,
        qualifying1_time,
        qualifying2_date,
        qualifying2_time,
        qualifying_date,
        qualifying_time,
        sprint_qualifying_date,
        sprint_qualifying_time,
        sprint_race_date,
        sprint_race_time,
        sprint_race_laps,
        sprint_race_distance as sprint_race_distance_km,
        sprint_race_scheduled_laps,
        sprint_race_scheduled_distance as sprint_race_scheduled_distance_km,
        warming_up_date,
        warming_up_time
    from source

)

select * from final
