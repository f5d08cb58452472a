with

standings as (

    select * from {{ ref('stg_f1db__seasons_constructor_standings') }}

),

decided_years as (

    select
        year,
        count(*) as champions
    from standings
    where is_champion
    group by year

),

stacked as (

    {%- for maker in ['constructor', 'engine_manufacturer'] %}
    select
        '{{ maker }}' as entity,
        {{ maker }}_id as entity_id,
        year,
        position_number,
        points,
        is_champion
    from standings
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        stacked.entity,
        stacked.entity_id,
        -- A season without a champion has a leader, and no best position.
        min(case when decided_years.year is not null then stacked.position_number end) as best_championship_position,
        sum(case when stacked.is_champion then 1 else 0 end) as total_championship_wins,
        sum(stacked.points) as total_championship_points
    from stacked
    left join decided_years on stacked.year = decided_years.year
    group by
        stacked.entity,
        stacked.entity_id

)

select * from final
