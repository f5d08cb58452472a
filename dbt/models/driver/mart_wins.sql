with

wins as (

    select * from {{ ref('mart_driver_wins') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        win_number,
        race_id,
        year,
        round,
        race_date,
        grand_prix_id,
        grand_prix_name,
        circuit_id,
        circuit_name,
        constructor_id,
        constructor_name,
        grid_position_number,
        grid_position_text,
        is_pole_position,
        is_fastest_lap,
        is_grand_slam,
        is_shared,
        second_driver_name
    from wins
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
