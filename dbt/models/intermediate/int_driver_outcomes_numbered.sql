with

driver_races as (

    select * from {{ ref('int_driver_races_combined') }}

),

driver_sprints as (

    select * from {{ ref('fct_sprint_results') }}

),

races as (

    select * from {{ ref('int_races_numbered') }}

),

-- One outcome per driver and race: the best one, where there were several cars.
outcomes as (

    select
        driver_races.driver_id,
        races.race_date,
        races.race_number,
        races.race_number_without_indianapolis,
        driver_races.starts,
        case when driver_races.starts = 1 or driver_sprints.is_started then 1 else 0 end as starts_with_sprint,
        {%- for kind, hit in streak_kinds().items() %}
        cast({{ hit }} as {{ type_count() }}) as {{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from driver_races
    inner join races on driver_races.race_id = races.race_id
    left join driver_sprints
        on driver_races.race_id = driver_sprints.race_id
        and driver_races.driver_id = driver_sprints.driver_id

),

by_kind as (

    select
        driver_id,
        kind,
        race_date,
        race_number,
        race_number_without_indianapolis,
        case when kind = 'points_finishes_with_sprints' then starts_with_sprint else starts end as starts,
        hit
    from outcomes
    unpivot (hit for kind in ({{ streak_kinds() | join(', ') }}))

),

-- The place of the race in three sequences, null where the race is no part of one.
final as (

    select
        driver_id,
        kind,
        race_date,
        hit,
        race_number as all_races,
        race_number_without_indianapolis as without_indianapolis,
        case
            when starts = 1
                then row_number() over (partition by driver_id, kind, starts order by race_date)
        end as own_starts
    from by_kind

)

select * from final
