with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

sprint_results as (

    select * from {{ ref('fct_sprint_results') }}

),

grids as (

    select * from {{ ref('stg_f1db__races_starting_grid_positions') }}

),

-- Results, sprint results and places on the grid, once for each maker of the car.
stacked as (

    {%- for maker in ['constructor', 'engine_manufacturer', 'tyre_manufacturer'] %}
    {%- for kind, rows in {'race': 'race_results', 'sprint': 'sprint_results', 'grid': 'grids'}.items() %}
    select
        '{{ maker }}' as entity,
        {{ maker }}_id as entity_id,
        race_id,
        year,
        '{{ kind }}' as kind,
        position_number,
        {{ 'is_started' if kind == 'race' else 'false' }} as is_started,
        {{ 'is_pole_position' if kind == 'race' else 'false' }} as is_pole_position,
        {{ 'is_fastest_lap' if kind == 'race' else 'false' }} as is_fastest_lap,
        {{ 'laps' if kind == 'race' else '0' }} as laps,
        {{ '0' if kind == 'grid' else 'points' }} as points
    from {{ rows }}
    {{ 'union all' if not (loop.last and maker == 'tyre_manufacturer') }}
    {%- endfor %}
    {%- endfor %}

),

-- A race counts once for entries, starts and wins, whatever the number of cars; podiums count each place.
final as (

    select
        entity,
        entity_id,
        race_id,
        year,
        max(case when kind = 'race' then 1 else 0 end) as entries,
        max(case when is_started then 1 else 0 end) as starts,
        max(case when kind = 'race' and position_number = 1 then 1 else 0 end) as wins,
        max(case when kind = 'race' and position_number = 2 then 1 else 0 end) as second_places,
        count(distinct case when kind = 'race' and position_number <= 3 then position_number end) as podiums,
        max(case when kind = 'race' and position_number <= 3 then 1 else 0 end) as podium_races,
        sum(case when is_pole_position then 1 else 0 end) as pole_positions,
        sum(case when is_fastest_lap then 1 else 0 end) as fastest_laps,
        sum(laps) as laps,
        sum(points) as points,
        max(case when kind = 'sprint' then 1 else 0 end) as sprint_starts,
        sum(case when kind = 'sprint' and position_number = 1 then 1 else 0 end) as sprint_wins,
        min(case when kind = 'grid' then position_number end) as best_grid_position,
        min(case when kind = 'race' then position_number end) as best_race_position,
        min(case when kind = 'sprint' then position_number end) as best_sprint_position
    from stacked
    group by
        entity,
        entity_id,
        race_id,
        year

)

select * from final
