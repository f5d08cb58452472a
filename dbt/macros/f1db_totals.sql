{#- Every total and best that F1DB carries: its table, whose it is, the column that names it, and the metrics. -#}
{% macro f1db_totals() -%}
    {%- set bests = ['best_starting_grid_position', 'best_race_result', 'best_sprint_race_result'] -%}
    {%- set counted = bests + [
        'total_race_entries', 'total_race_starts', 'total_race_wins', 'total_race_laps', 'total_podiums',
        'total_pole_positions', 'total_fastest_laps', 'total_sprint_race_starts', 'total_sprint_race_wins',
    ] -%}
    {%- set titles = ['best_championship_position', 'total_championship_wins', 'total_championship_points'] -%}
    {%- set driver = counted + ['total_points', 'total_driver_of_the_day', 'total_grand_slams'] -%}
    {%- set tyre = counted + ['total_podium_races'] -%}
    {%- set engine = tyre + ['total_points'] -%}
    {%- set constructor = engine + ['total1_and2_finishes'] -%}
    {{- return([
        {'table': 'drivers', 'entity': 'driver', 'metrics': driver, 'titles': titles},
        {'table': 'constructors', 'entity': 'constructor', 'metrics': constructor, 'titles': titles},
        {'table': 'engine_manufacturers', 'entity': 'engine_manufacturer', 'metrics': engine, 'titles': titles},
        {'table': 'tyre_manufacturers', 'entity': 'tyre_manufacturer', 'metrics': tyre, 'titles': []},
        {'table': 'circuits', 'entity': 'circuit', 'metrics': ['total_races_held'], 'titles': []},
        {'table': 'grands_prix', 'entity': 'grand_prix', 'metrics': ['total_races_held'], 'titles': []},
        {'table': 'seasons_drivers', 'entity': 'driver', 'metrics': driver, 'titles': []},
        {'table': 'seasons_constructors', 'entity': 'constructor', 'metrics': constructor, 'titles': []},
        {'table': 'seasons_engine_manufacturers', 'entity': 'engine_manufacturer', 'metrics': engine, 'titles': []},
        {'table': 'seasons_tyre_manufacturers', 'entity': 'tyre_manufacturer', 'metrics': tyre, 'titles': []},
    ]) -}}
{%- endmacro %}

{#- Turn a table with a column for each metric into one row per entity, season (null for careers) and metric; `value`
    names the column of the numbers, `columns` our names where they are not F1DB's. -#}
{% macro totals_as_rows(relation, entity, entity_id, metrics, value, year='null', where='true', columns={}) %}
    select
        '{{ entity }}' as entity,
        entity_id,
        year,
        metric,
        {{ value }}
    from (
        select
            {{ entity_id }} as entity_id,
            cast({{ year }} as {{ type_count() }}) as year,
            {%- for metric in metrics %}
            cast({{ columns.get(metric, metric) }} as {{ type_points() }}) as {{ metric }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
        where {{ where }}
    ) unpivot include nulls ({{ value }} for metric in ({{ metrics | join(', ') }}))
{%- endmacro %}
