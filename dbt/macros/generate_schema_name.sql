{#- Datasets have exactly the names that readers use, plus the suffix of a private build. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim ~ var('dataset_suffix') -}}
{%- endmacro %}
