-- No row is lost or doubled between the batch's manifest (var `raw_rows`: rows by table), the raw tables, and the facts
-- and dimensions that are one table each.
{%- set raw = source('f1db_raw', 'races') %}
{%- set published = {
    'dim_circuits': 'circuits', 'dim_constructors': 'constructors', 'dim_drivers': 'drivers',
    'dim_grands_prix': 'grands_prix', 'dim_races': 'races', 'dim_seasons': 'seasons',
    'fct_constructor_standings': 'races_constructor_standings', 'fct_driver_standings': 'races_driver_standings',
    'fct_fastest_laps': 'races_fastest_laps', 'fct_pit_stops': 'races_pit_stops',
    'fct_qualifying_results': 'races_qualifying_results', 'fct_race_results': 'races_race_results',
    'fct_sprint_results': 'races_sprint_race_results',
} %}

with

counted as (

    {%- for table, rows in var('raw_rows').items() %}
    select
        '{{ table }}' as table_name,
        {{ rows }} as rows_expected,
        count(*) as rows_found
    -- A table that the contract does not know is loaded as well, and is no source here.
    from {{ raw.incorporate(path={'identifier': table}) }}
    union all
    {%- endfor %}
    {%- for model, table in published.items() %}
    select
        '{{ model }}' as table_name,
        (select count(*) from {{ source('f1db_raw', table) }}) as rows_expected,
        count(*) as rows_found
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select * from counted
    where rows_found != rows_expected

)

select * from final
