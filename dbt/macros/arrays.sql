{#- Whether a list of texts has a text; a null list has none. -#}
{% macro has_text(texts, text) -%}
    {{- return(adapter.dispatch('has_text', 'hamilton')(texts, text)) -}}
{%- endmacro %}

{% macro default__has_text(texts, text) -%}
    {{- return('coalesce(list_contains(' ~ texts ~ ', ' ~ text ~ '), false)') -}}
{%- endmacro %}

{% macro bigquery__has_text(texts, text) -%}
    {{- return(text ~ ' in unnest(' ~ texts ~ ')') -}}
{%- endmacro %}
