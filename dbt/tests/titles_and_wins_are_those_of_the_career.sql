-- Titles and wins listed one by one are as many as the career counts, for everybody.
with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

titles as (

    select * from {{ ref('mart_driver_titles') }}

),

wins as (

    select * from {{ ref('mart_driver_wins') }}

),

{% for listed in ['titles', 'wins'] -%}
{{ listed }}_counted as (

    select
        driver_id,
        count(*) as listed
    from {{ listed }}
    group by driver_id

),

{% endfor -%}
final as (

    {%- for listed, metric in {'titles': 'championships', 'wins': 'race_wins'}.items() %}
    select
        careers.driver_id,
        '{{ metric }}' as metric,
        careers.{{ metric }} as career,
        coalesce({{ listed }}_counted.listed, 0) as listed
    from careers
    left join {{ listed }}_counted on careers.driver_id = {{ listed }}_counted.driver_id
    where careers.{{ metric }} != coalesce({{ listed }}_counted.listed, 0)
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from final
