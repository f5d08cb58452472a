{#- What a race can add to: the step between two milestones (0: none is watched), and the column of int_races_left_listed
    that says how much one race can add at most. -#}
{% macro watched_statistics() -%}
    {{- return({
        'race_starts': [50, 'one_race'], 'race_wins': [10, 'one_race'], 'second_places': [10, 'one_race'],
        'third_places': [10, 'one_race'], 'podiums': [10, 'one_race'], 'pole_positions': [10, 'one_race'],
        'fastest_laps': [10, 'one_race'], 'grand_slams': [5, 'one_race'],
        'driver_of_the_day_awards': [10, 'one_race'], 'race_laps': [1000, 'laps'], 'points_race': [100, 'race_points'],
        'points_total': [100, 'all_points'], 'points_sprint': [50, 'sprint_points'],
        'sprint_starts': [10, 'one_sprint'], 'sprint_wins': [5, 'one_sprint'], 'sprint_top_threes': [5, 'one_sprint'],
        'championships': [0, 'title'],
    }) -}}
{%- endmacro %}

{#- Of the season under way, by column of mart_driver_seasons. -#}
{% macro watched_season_statistics() -%}
    {{- return({
        'season_wins': ['race_wins', 'one_race'], 'season_podiums': ['podiums', 'one_race'],
        'season_poles': ['pole_positions', 'one_race'], 'season_points': ['points_total', 'all_points'],
    }) -}}
{%- endmacro %}
