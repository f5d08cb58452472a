{#- The kinds of streak, and what is 1 in a race that belongs to one. -#}
{% macro streak_kinds() -%}
    {{- return({
        'wins': 'driver_races.wins',
        'podiums': 'driver_races.podiums',
        'pole_positions': 'case when driver_races.pole_positions > 0 then 1 else 0 end',
        'points_finishes': 'case when driver_races.points > 0 then 1 else 0 end',
        'points_finishes_with_sprints':
            'case when driver_races.points > 0 or driver_sprints.points > 0 then 1 else 0 end',
        'classified_finishes': 'case when driver_races.best_position is not null then 1 else 0 end',
    }) -}}
{%- endmacro %}
