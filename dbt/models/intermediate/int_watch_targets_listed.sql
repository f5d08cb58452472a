with

watched as (

    select * from {{ ref('int_watched_values_listed') }}

),

records as (

    select * from {{ ref('mart_driver_records') }}

),

next_drivers as (

    select * from {{ ref('int_watch_next_drivers_found') }}

),

at_next_circuit as (

    select * from {{ ref('int_watch_circuit_records_found') }}

),

steps as (

    {%- for id, (step, amount) in watched_statistics().items() %}
    select '{{ id }}' as statistic_id, {{ step }} as step, '{{ amount }}' as amount union all
    {%- endfor %}
    {%- for id, (column, amount) in watched_season_statistics().items() %}
    select '{{ id }}' as statistic_id, 0 as step, '{{ amount }}' as amount {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- A record held alone has nothing to reach; a run or a season of its holder still may equal it.
records_to_reach as (

    select
        watched.statistic_id,
        watched.driver_id,
        'record' as kind,
        watched.value,
        records.leader_value as target,
        records.leader_driver_ids as target_holder_ids,
        records.leader_names as target_holder_names,
        cast(null as {{ type_text() }}) as detail
    from watched
    inner join records
        on watched.statistic_id = records.statistic_id
        and watched.driver_id = records.driver_id
    where
        records.leader_driver_ids is not null
        and (watched.value < records.leader_value or records.leader_driver_ids != watched.driver_id)

),

milestones as (

    select
        watched.statistic_id,
        watched.driver_id,
        'milestone' as kind,
        watched.value,
        cast((floor(watched.value / steps.step) + 1) * steps.step as {{ type_measure() }}) as target,
        cast(null as {{ type_text() }}) as target_holder_ids,
        cast(null as {{ type_text() }}) as target_holder_names,
        cast(null as {{ type_text() }}) as detail
    from watched
    inner join steps on watched.statistic_id = steps.statistic_id
    where steps.step > 0

),

listed as (

    select * from records_to_reach
    union all
    select * from next_drivers
    union all
    select * from milestones
    union all
    select * from at_next_circuit

),

final as (

    select
        listed.*,
        -- Every race can make a streak longer by one; only the next race is at its circuit.
        coalesce(case when listed.detail is not null then 'next_race' end, steps.amount, 'one_race') as amount
    from listed
    left join steps on listed.statistic_id = steps.statistic_id

)

select * from final
