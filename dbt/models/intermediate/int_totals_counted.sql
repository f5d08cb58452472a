{%- set names = {
    'total_championship_wins': 'championships',
    'total_championship_points': 'championship_points',
    'total_race_entries': 'race_entries',
    'total_race_starts': 'race_starts',
    'total_race_wins': 'race_wins',
    'total_race_laps': 'race_laps',
    'total_podiums': 'podiums',
    'total_points': 'points_total',
    'total_pole_positions': 'pole_positions',
    'total_fastest_laps': 'fastest_laps',
    'total_sprint_race_starts': 'sprint_starts',
    'total_sprint_race_wins': 'sprint_wins',
    'total_driver_of_the_day': 'driver_of_the_day_awards',
    'total_grand_slams': 'grand_slams'
} -%}
with

driver_careers as (

    select * from {{ ref('mart_driver_careers') }}

),

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

maker_totals as (

    select * from {{ ref('int_maker_totals_counted') }}

),

maker_titles as (

    select * from {{ ref('int_maker_titles_counted') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

circuits_held as (

    select
        circuit_id,
        count(*) as total_races_held
    from races
    where has_results
    group by circuit_id

),

grands_prix_held as (

    select
        grand_prix_id,
        count(*) as total_races_held
    from races
    where has_results
    group by grand_prix_id

),

-- The totals of drivers are the marts' own columns: what is published is what is compared.
final as (

    {% for one in f1db_totals() %}
    {%- set is_season = one.table.startswith('seasons_') %}
    {%- set year = 'year' if is_season else 'null' %}
    {%- if one.entity == 'driver' %}
    {{- totals_as_rows(
        'driver_seasons' if is_season else 'driver_careers', one.entity, 'driver_id', one.metrics + one.titles, 'ours',
        year=year, columns=names
    ) }}
    {%- elif one.entity in ('circuit', 'grand_prix') %}
    {{- totals_as_rows(one.table ~ '_held', one.entity, one.entity ~ '_id', one.metrics, 'ours') }}
    {%- else %}
    {%- set own = "entity = '" ~ one.entity ~ "'" %}
    {%- set level = own ~ ' and year is ' ~ ('not null' if is_season else 'null') %}
    {{- totals_as_rows('maker_totals', one.entity, 'entity_id', one.metrics, 'ours', year=year, where=level) }}
    {%- if one.titles %}
    union all
    {{- totals_as_rows('maker_titles', one.entity, 'entity_id', one.titles, 'ours', where=own) }}
    {%- endif %}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from final
