-- A driver's constructors, circuits and Grands Prix each add up to the career. A race for two constructors counts once
-- for each: those cases are computed, never listed.
{%- set metrics = {
    'race_entries': 'true', 'race_starts': 'is_started', 'race_wins': 'is_win', 'podiums': 'is_podium',
    'pole_positions': 'false', 'fastest_laps': 'false', 'race_laps': 'false', 'points_race': 'false',
} %}
{%- set breakdowns = ['constructors', 'circuits', 'grands_prix'] %}

with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

{% for breakdown in breakdowns -%}
{{ breakdown }} as (

    select * from {{ ref('mart_driver_' ~ breakdown) }}

),

{% endfor -%}
races_doubled as (

    select
        driver_id,
        race_id,
        {%- for metric, condition in metrics.items() %}
        greatest(count(distinct case when {{ condition }} then constructor_id end) - 1, 0) as {{ metric }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from race_results
    group by
        driver_id,
        race_id

),

doubled as (

    select
        driver_id,
        {%- for metric in metrics %}
        sum({{ metric }}) as {{ metric }}{{ ',' if not loop.last }}
        {%- endfor %}
    from races_doubled
    group by driver_id

),

summed as (

    {%- for breakdown in breakdowns %}
    select
        '{{ breakdown }}' as breakdown,
        driver_id,
        {%- for metric in metrics %}
        sum({{ metric }}) as {{ metric }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ breakdown }}
    group by driver_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    {%- for metric in metrics %}
    select
        summed.breakdown,
        summed.driver_id,
        '{{ metric }}' as metric,
        cast(careers.{{ metric }} as {{ type_points() }}) as career,
        cast(summed.{{ metric }} as {{ type_points() }}) as summed,
        case when summed.breakdown = 'constructors' then doubled.{{ metric }} else 0 end as doubled
    from summed
    inner join careers on summed.driver_id = careers.driver_id
    inner join doubled on summed.driver_id = doubled.driver_id
    where
        summed.{{ metric }} - case when summed.breakdown = 'constructors' then doubled.{{ metric }} else 0 end
        != careers.{{ metric }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from final
