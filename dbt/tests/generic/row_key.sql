{#- The columns (or expressions) together name one row, and none of them is null. Named before they are grouped:
    BigQuery does not take an expression in HAVING for the one in GROUP BY. -#}
{% test row_key(model, columns) %}
{%- set names = [] %}
{%- for column in columns %}
    {%- do names.append(column if modules.re.fullmatch('[a-z0-9_]+', column) else 'key_' ~ loop.index) %}
{%- endfor %}
with keyed as (

    select
        {%- for column in columns %}
        {{ column }}{{ ' as ' ~ names[loop.index0] if column != names[loop.index0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}

)

select
    {{ names | join(', ') }},
    count(*) as rows_with_this_key
from keyed
group by {{ names | join(', ') }}
having
    count(*) > 1
    {%- for name in names %}
    or {{ name }} is null
    {%- endfor %}
{% endtest %}
