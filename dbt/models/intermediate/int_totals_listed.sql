{%- set tables = f1db_totals() -%}
with

{% for one in tables -%}
{{ one.table }} as (

    select * from {{ ref('stg_f1db__' ~ one.table) }}

),

{% endfor -%}
final as (

    {%- for one in tables %}
    {{- totals_as_rows(
        one.table, one.entity, one.entity ~ '_id', one.metrics + one.titles, 'f1db',
        year='year' if one.table.startswith('seasons_') else 'null'
    ) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from final
