-- Careers and seasons are counted apart; a driver whose seasons do not add up to the career is a row here.
{%- set metrics = [
    'race_entries', 'race_starts', 'race_wins', 'second_places', 'third_places', 'podiums', 'pole_positions',
    'fastest_laps', 'grand_slams', 'driver_of_the_day_awards', 'race_laps', 'points_total', 'points_race',
    'points_sprint', 'championship_points', 'sprint_starts', 'sprint_wins', 'sprint_top_threes',
] %}

with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

summed as (

    select
        driver_id,
        {%- for metric in metrics %}
        sum(coalesce({{ metric }}, 0)) as {{ metric }},
        {%- endfor %}
        sum(case when is_champion then 1 else 0 end) as championships
    from seasons
    group by driver_id

),

final as (

    {%- for metric in metrics + ['championships'] %}
    select
        careers.driver_id,
        '{{ metric }}' as metric,
        cast(careers.{{ metric }} as {{ type_points() }}) as career,
        cast(coalesce(summed.{{ metric }}, 0) as {{ type_points() }}) as seasons
    from careers
    left join summed on careers.driver_id = summed.driver_id
    where careers.{{ metric }} != coalesce(summed.{{ metric }}, 0)
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
