{#- A ratio, rounded to four places; null when there is nothing to divide by. -#}
{% macro share_of(part, whole) -%}
    cast(round({{ part }} / nullif({{ whole }}, 0), 4) as {{ type_measure() }})
{%- endmacro %}

{#- Points under one system for every race ever run: 25-18-15-12-10-8-6-4-2-1 for the first ten, nothing else. -#}
{% macro rescored_points(position) -%}
    case {{ position }}
        {%- for points in [25, 18, 15, 12, 10, 8, 6, 4, 2, 1] %}
        when {{ loop.index }} then {{ points }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}

{#- Turn columns named like statistics into one row per statistic and driver. -#}
{% macro statistics_as_rows(relation, ids, detail='null') %}
    select
        statistic_id,
        driver_id,
        value,
        cast({{ detail }} as {{ type_text() }}) as detail
    from (
        select
            driver_id,
            {%- if detail != 'null' %}
            {{ detail }},
            {%- endif %}
            {%- for id in ids %}
            cast({{ id }} as {{ type_measure() }}) as {{ id }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }}
    ) unpivot (value for statistic_id in ({{ ids | join(', ') }}))
{%- endmacro %}
