with

titles as (

    select * from {{ ref('mart_driver_titles') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        year,
        title_number,
        constructor_ids,
        constructors,
        championship_points,
        points_total,
        race_wins,
        runner_up_driver_id,
        runner_up_name,
        runner_up_points,
        margin_points,
        is_countback,
        decided_race_id,
        decided_race_date,
        decided_grand_prix_name,
        decided_round,
        races_left_when_decided,
        is_decided_at_last_race,
        is_final
    from titles
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
