{#- Every row satisfies every condition; a failing row names the condition and the row's key. -#}
{% test rows_satisfy(model, key, conditions) %}
{%- for name, condition in conditions.items() %}
select
    '{{ name }}' as broken_rule,
    cast({{ key }} as {{ type_text() }}) as row_key
from {{ model }}
where not coalesce({{ condition }}, false)
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{% endtest %}
