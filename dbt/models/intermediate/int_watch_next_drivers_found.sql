with

watched as (

    select * from {{ ref('int_watched_values_listed') }}

),

records as (

    select * from {{ ref('mart_driver_records') }}

),

drivers_ahead as (

    select
        watched.statistic_id,
        watched.driver_id,
        watched.value,
        records.value as target,
        records.driver_id as holder_id,
        records.driver_name as holder_name,
        rank() over (partition by watched.statistic_id, watched.driver_id order by records.value) as place_ahead
    from watched
    inner join records on watched.statistic_id = records.statistic_id
    -- Whoever leads is the record itself.
    where
        watched.is_current = 0
        and records.value > watched.value
        and not records.is_leader

),

final as (

    select
        statistic_id,
        driver_id,
        'next_driver' as kind,
        value,
        target,
        string_agg(holder_id, ', ' order by holder_id) as target_holder_ids,
        string_agg(holder_name, ', ' order by holder_id) as target_holder_names,
        cast(null as {{ type_text() }}) as detail
    from drivers_ahead
    where place_ahead = 1
    group by
        statistic_id,
        driver_id,
        value,
        target

)

select * from final
