{#- Every value resolves: one test for all the references of a model, because each node of dbt has its price. -#}
{% test foreign_keys(model, references) %}
{%- for reference in references %}
select
    '{{ reference["column"] }}' as column_name,
    cast(child.{{ reference["column"] }} as {{ type_text() }}) as value_without_parent
from {{ model }} as child
left join {{ ref(reference["to"]) }} as parent
    on child.{{ reference["column"] }} = parent.{{ reference["field"] }}
where
    child.{{ reference["column"] }} is not null
    and parent.{{ reference["field"] }} is null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{% endtest %}
