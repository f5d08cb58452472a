with

races_left as (

    select * from {{ ref('int_races_left_listed') }}

),

titles as (

    select * from {{ ref('int_title_chances_computed') }}

),

amounts as (

    {%- for amount in [
        'one_race', 'next_race', 'one_sprint', 'laps', 'race_points', 'sprint_points', 'all_points'
    ] %}
    select
        '{{ amount }}' as amount,
        race_number,
        cast({{ amount }} as {{ type_measure() }}) as most
    from races_left
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        amount,
        cast(null as {{ type_text() }}) as driver_id,
        sum(case when race_number = 1 then most else 0 end) as next_most,
        sum(most) as season_most,
        count(case when most > 0 then race_number end) as chances_left
    from amounts
    group by amount
    union all
    select
        'title' as amount,
        driver_id,
        cast(next_most as {{ type_measure() }}) as next_most,
        cast(season_most as {{ type_measure() }}) as season_most,
        season_most as chances_left
    from titles

)

select * from final
