{#- Type names differ between the dialects, and nothing else in a model may. -#}
{% macro type_points() -%}
    {{- return(adapter.dispatch('type_points', 'hamilton')()) -}}
{%- endmacro %}

{% macro default__type_points() -%}
    {{- return('decimal(10, 2)') -}}
{%- endmacro %}

{% macro bigquery__type_points() -%}
    {{- return('numeric') -}}
{%- endmacro %}

{% macro type_measure() -%}
    {{- return(adapter.dispatch('type_measure', 'hamilton')()) -}}
{%- endmacro %}

{% macro default__type_measure() -%}
    {{- return('decimal(18, 4)') -}}
{%- endmacro %}

{% macro bigquery__type_measure() -%}
    {{- return('numeric') -}}
{%- endmacro %}

{#- A share before it is summed: exact, for a sum of floating-point numbers depends on the order of the rows. -#}
{% macro type_fraction() -%}
    {{- return(adapter.dispatch('type_fraction', 'hamilton')()) -}}
{%- endmacro %}

{% macro default__type_fraction() -%}
    {{- return('decimal(18, 9)') -}}
{%- endmacro %}

{% macro bigquery__type_fraction() -%}
    {{- return('numeric') -}}
{%- endmacro %}

{% macro type_count() -%}
    {{- return(adapter.dispatch('type_count', 'hamilton')()) -}}
{%- endmacro %}

{% macro default__type_count() -%}
    {{- return('bigint') -}}
{%- endmacro %}

{% macro bigquery__type_count() -%}
    {{- return('int64') -}}
{%- endmacro %}

{% macro type_text() -%}
    {{- return(adapter.dispatch('type_text', 'hamilton')()) -}}
{%- endmacro %}

{% macro default__type_text() -%}
    {{- return('varchar') -}}
{%- endmacro %}

{% macro bigquery__type_text() -%}
    {{- return('string') -}}
{%- endmacro %}
