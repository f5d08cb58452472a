with

grands_prix as (

    select * from {{ ref('mart_driver_grands_prix') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        grand_prix_id,
        grand_prix_name,
        cast(first_year as {{ type_count() }}) as first_year,
        cast(last_year as {{ type_count() }}) as last_year,
        race_entries,
        race_starts,
        race_wins,
        podiums,
        pole_positions,
        fastest_laps,
        race_laps,
        points_race,
        cast(best_race_result as {{ type_count() }}) as best_race_result
    from grands_prix
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
