with

circuits as (

    select * from {{ ref('mart_driver_circuits') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        circuit_id,
        circuit_name,
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
    from circuits
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
