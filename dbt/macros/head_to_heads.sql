{#- 1 where the driver's place is the better one, -1 where the team-mate's is, 0 where they are the same, null where one
    of them has none. -#}
{% macro ahead_or_behind(own, team_mate) -%}
    cast(sign({{ team_mate }} - {{ own }}) as {{ type_count() }})
{%- endmacro %}
