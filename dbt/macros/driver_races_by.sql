{#- What the marts of a driver's career by constructor, circuit and Grand Prix share: only what they group by differs. -#}

{#- One row per driver, group and race: a race counts once, whatever the number of cars the driver shared or entered. -#}
{% macro driver_races_by(group_id) -%}
    select
        driver_id,
        {{ group_id }},
        race_id,
        min(year) as year,
        max(case when is_started then 1 else 0 end) as starts,
        max(case when is_win then 1 else 0 end) as wins,
        max(case when is_podium then 1 else 0 end) as podiums,
        sum(case when is_pole_position then 1 else 0 end) as pole_positions,
        sum(case when is_fastest_lap then 1 else 0 end) as fastest_laps,
        sum(laps) as laps,
        sum(points) as points,
        min(position_number) as best_position
    from race_results
    group by
        driver_id,
        {{ group_id }},
        race_id
{%- endmacro %}

{#- The columns that sum up `driver_races`. -#}
{% macro driver_races_summed() -%}
        min(driver_races.year) as first_year,
        max(driver_races.year) as last_year,
        cast(count(*) as {{ type_count() }}) as race_entries,
        cast(sum(driver_races.starts) as {{ type_count() }}) as race_starts,
        cast(sum(driver_races.wins) as {{ type_count() }}) as race_wins,
        cast(sum(driver_races.podiums) as {{ type_count() }}) as podiums,
        cast(sum(driver_races.pole_positions) as {{ type_count() }}) as pole_positions,
        cast(sum(driver_races.fastest_laps) as {{ type_count() }}) as fastest_laps,
        cast(sum(driver_races.laps) as {{ type_count() }}) as race_laps,
        cast(sum(driver_races.points) as {{ type_points() }}) as points_race,
        min(driver_races.best_position) as best_race_result
{%- endmacro %}
