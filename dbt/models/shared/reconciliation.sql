{%- set career_metrics = {
    'championships': 'total_championship_wins',
    'race_entries': 'total_race_entries',
    'race_starts': 'total_race_starts',
    'race_wins': 'total_race_wins',
    'race_laps': 'total_race_laps',
    'podiums': 'total_podiums',
    'points_total': 'total_points',
    'championship_points': 'total_championship_points',
    'pole_positions': 'total_pole_positions',
    'fastest_laps': 'total_fastest_laps',
    'sprint_starts': 'total_sprint_race_starts',
    'sprint_wins': 'total_sprint_race_wins',
    'driver_of_the_day_awards': 'total_driver_of_the_day',
    'grand_slams': 'total_grand_slams'
} -%}
{%- set season_metrics = {
    'race_entries': 'total_race_entries',
    'race_starts': 'total_race_starts',
    'race_wins': 'total_race_wins',
    'race_laps': 'total_race_laps',
    'podiums': 'total_podiums',
    'points_total': 'total_points',
    'pole_positions': 'total_pole_positions',
    'fastest_laps': 'total_fastest_laps',
    'sprint_starts': 'total_sprint_race_starts',
    'sprint_wins': 'total_sprint_race_wins',
    'driver_of_the_day_awards': 'total_driver_of_the_day',
    'grand_slams': 'total_grand_slams'
} -%}
with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

f1db_drivers as (

    select * from {{ source('f1db_raw', 'drivers') }}

),

f1db_seasons as (

    select * from {{ source('f1db_raw', 'seasons_drivers') }}

),

compared as (

    {% for ours, theirs in career_metrics.items() %}
    select
        f1db_drivers.id as entity_id,
        cast(null as {{ type_count() }}) as year,
        '{{ theirs }}' as metric,
        cast(careers.{{ ours }} as {{ type_points() }}) as ours,
        cast(f1db_drivers.{{ theirs }} as {{ type_points() }}) as f1db
    from f1db_drivers
    left join careers on f1db_drivers.id = careers.driver_id
    union all
    {% endfor %}
    {%- for ours, theirs in season_metrics.items() %}
    select
        f1db_seasons.driver_id as entity_id,
        cast(f1db_seasons.year as {{ type_count() }}) as year,
        '{{ theirs }}' as metric,
        cast(coalesce(seasons.{{ ours }}, 0) as {{ type_points() }}) as ours,
        cast(f1db_seasons.{{ theirs }} as {{ type_points() }}) as f1db
    from f1db_seasons
    left join seasons
        on f1db_seasons.driver_id = seasons.driver_id
        and f1db_seasons.year = seasons.year
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        'driver' as entity,
        entity_id,
        year,
        metric,
        ours,
        f1db,
        ours - f1db as difference
    from compared

)

select * from final
