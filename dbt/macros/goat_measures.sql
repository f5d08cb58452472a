{#- The measures of the view of the greatest of all time: the same for every driver, whoever leads them. Counts that only
    grow with the calendar or the points system (starts, laps, points) are left out; of rates, era-adjusted measures and
    head-to-heads none is. -#}
{% macro goat_counts() -%}
    {{- return([
        'championships', 'race_wins', 'podiums', 'pole_positions', 'fastest_laps', 'grand_slams',
        'consecutive_championships', 'constructors_champion_with', 'seasons_with_a_win', 'season_wins',
        'streak_wins_without_indianapolis', 'streak_podiums_without_indianapolis',
    ]) -}}
{%- endmacro %}

{% macro goat_categories() -%}
    {{- return(['rate', 'era_adjusted', 'team_mates']) -}}
{%- endmacro %}
