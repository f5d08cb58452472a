with

outcomes as (

    select * from {{ ref('int_driver_outcomes_numbered') }}

),

hits as (

    select
        driver_id,
        kind,
        race_date,
        definition,
        sequence_number
    from outcomes
    unpivot (sequence_number for definition in (all_races, without_indianapolis, own_starts))
    where hit = 1

),

-- Within an unbroken run, the race's place in the sequence and the number of the hit grow together.
runs as (

    select
        driver_id,
        kind,
        definition,
        race_date,
        sequence_number
        - row_number() over (partition by driver_id, kind, definition order by sequence_number) as run
    from hits

),

final as (

    select
        driver_id,
        kind,
        definition,
        count(*) as races,
        min(race_date) as from_date,
        max(race_date) as to_date
    from runs
    group by
        driver_id,
        kind,
        definition,
        run

)

select * from final
