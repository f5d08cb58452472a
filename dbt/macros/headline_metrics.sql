{#- The numbers of a career that are remembered release by release: every number that mart_driver_careers has. -#}
{% macro headline_metrics() -%}
    {{- return([
        'race_entries', 'race_starts', 'race_wins', 'second_places', 'third_places', 'podiums', 'pole_positions',
        'fastest_laps', 'grand_slams', 'driver_of_the_day_awards', 'race_laps', 'championships', 'points_total',
        'points_race', 'points_sprint', 'championship_points', 'sprint_starts', 'sprint_wins', 'sprint_top_threes',
        'best_race_result', 'best_sprint_race_result', 'best_starting_grid_position', 'best_championship_position'
    ]) -}}
{%- endmacro %}
