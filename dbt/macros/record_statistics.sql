{#- The statistics that all drivers are ranked by: id (of statistic_definitions) and what it is measured in, by the model
    that has a column of that name. Minimums: how many, and of what. -#}
{% macro career_statistics() -%}
    {{- return({
        'race_entries': 'races', 'race_starts': 'races', 'race_wins': 'races', 'second_places': 'races',
        'third_places': 'races', 'podiums': 'races', 'pole_positions': 'races', 'fastest_laps': 'races',
        'grand_slams': 'races', 'driver_of_the_day_awards': 'races', 'race_laps': 'laps', 'championships': 'titles',
        'points_total': 'points', 'points_race': 'points', 'points_sprint': 'points', 'championship_points': 'points',
        'sprint_starts': 'sprints', 'sprint_wins': 'sprints', 'sprint_top_threes': 'sprints',
    }) -}}
{%- endmacro %}

{% macro rate_statistics() -%}
    {{- return({
        'win_rate': ['share', 50, 'starts'], 'win_rate_20_starts': ['share', 20, 'starts'],
        'win_rate_100_starts': ['share', 100, 'starts'], 'podium_rate': ['share', 50, 'starts'],
        'pole_rate': ['share', 50, 'starts'], 'fastest_lap_rate': ['share', 50, 'starts'],
        'points_finish_rate': ['share', 50, 'starts'], 'classified_rate': ['share', 50, 'starts'],
        'pole_conversion_rate': ['share', 10, 'poles started'],
        'title_rate': ['titles per season', 3, 'full seasons'],
        'title_rate_seasons_started': ['titles per season', 3, 'seasons started'],
    }) -}}
{%- endmacro %}

{% macro era_statistics() -%}
    {{- return({
        'career_win_share': ['share', 50, 'starts'], 'rescored_points': ['points', 1, 'starts'],
        'rescored_points_per_start': ['points', 50, 'starts'], 'titles_rescored': ['titles', 1, 'starts'],
        'classified_field_beaten': ['share', 50, 'starts'], 'classified_field_beaten_all_starts': ['share', 50, 'starts'],
    }) -}}
{%- endmacro %}

{% macro head_to_head_statistics() -%}
    {%- set listed = {} -%}
    {%- for definition in ['race_display_order', 'race_both_classified', 'race_either_classified'] -%}
        {%- do listed.update({'head_to_head_' ~ definition: ['share', 50, 'races against team-mates']}) -%}
    {%- endfor -%}
    {%- for definition in ['qualifying_display_order', 'qualifying_grid'] -%}
        {%- do listed.update({'head_to_head_' ~ definition: ['share', 50, 'qualifyings against team-mates']}) -%}
    {%- endfor -%}
    {{- return(listed) -}}
{%- endmacro %}

{% macro season_statistics() -%}
    {{- return({
        'season_wins': 'races', 'season_podiums': 'races', 'season_poles': 'races', 'season_points': 'points',
        'season_points_share': 'share', 'season_win_share': 'share', 'season_rescored_share': 'share',
    }) -}}
{%- endmacro %}

{% macro place_statistics() -%}
    {{- return({
        'wins_at_one_circuit': 'races', 'podiums_at_one_circuit': 'races', 'poles_at_one_circuit': 'races',
        'wins_at_one_grand_prix': 'races', 'wins_for_one_constructor': 'races', 'circuits_won_at': 'circuits',
        'grands_prix_won': 'grands prix', 'constructors_won_for': 'constructors',
        'constructors_champion_with': 'constructors',
    }) -}}
{%- endmacro %}

{% macro span_statistics() -%}
    {{- return({
        'seasons_with_a_win': 'seasons', 'consecutive_seasons_with_a_win': 'seasons',
        'consecutive_championships': 'titles', 'days_from_first_to_last_win': 'days', 'youngest_starter': 'days',
        'youngest_on_podium': 'days', 'youngest_on_pole': 'days', 'youngest_winner': 'days', 'oldest_winner': 'days',
        'youngest_champion': 'days', 'oldest_champion': 'days',
    }) -}}
{%- endmacro %}

{#- All of them as [id, category, unit, minimum, what it is of]; lower is better where the id begins with `youngest`. -#}
{% macro record_statistics() -%}
    {%- set listed = [] -%}
    {%- set streaks = {} -%}
    {%- for kind in streak_kinds() -%}
        {%- do streaks.update({'streak_' ~ kind ~ '_without_indianapolis': 'races'}) -%}
    {%- endfor -%}
    {%- set without_minimum = {
        'career': career_statistics(), 'season': season_statistics(), 'place': place_statistics(),
        'span': span_statistics(), 'streak': streaks,
    } -%}
    {%- for category, statistics in without_minimum.items() -%}
        {%- for id, unit in statistics.items() -%}
            {%- set adjusted = id in ('season_win_share', 'season_points_share', 'season_rescored_share') -%}
            {%- do listed.append([id, 'era_adjusted' if adjusted else category, unit, 0, '']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set with_minimum = {
        'rate': rate_statistics(), 'era_adjusted': era_statistics(), 'team_mates': head_to_head_statistics(),
    } -%}
    {%- for category, statistics in with_minimum.items() -%}
        {%- for id, (unit, minimum, of) in statistics.items() -%}
            {%- do listed.append([id, category, unit, minimum, of]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(listed) -}}
{%- endmacro %}
