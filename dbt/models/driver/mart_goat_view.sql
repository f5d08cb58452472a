with

records as (

    select * from {{ ref('mart_driver_records') }}

),

definitions as (

    select * from {{ ref('statistic_definitions') }}

),

measured as (

    select
        records.*,
        -- The best rank behind whoever leads.
        min(case when records.rank > 1 then records.rank end) over (partition by records.statistic_id)
            as runner_up_rank
    from records
    where
        category in ('{{ goat_categories() | join("', '") }}')
        or statistic_id in ('{{ goat_counts() | join("', '") }}')

),

runners_up as (

    select
        statistic_id,
        max(value) as runner_up_value,
        string_agg(driver_id, ', ' order by driver_id) as runner_up_driver_ids,
        string_agg(driver_name, ', ' order by driver_id) as runner_up_names
    from measured
    where rank = runner_up_rank and value > 0
    group by statistic_id

),

final as (

    select
        '{{ var("release") }}' as release,
        measured.driver_id,
        measured.statistic_id,
        definitions.name as measure,
        measured.category,
        measured.value,
        measured.unit,
        measured.rank,
        measured.drivers_ranked,
        measured.is_eligible,
        measured.eligibility,
        measured.minimum_starts,
        measured.leader_driver_ids,
        measured.leader_names,
        measured.leader_value,
        runners_up.runner_up_driver_ids,
        runners_up.runner_up_names,
        runners_up.runner_up_value,
        measured.gap,
        measured.is_leader as is_led,
        -- Whoever leads alone has the measure on his side; another's lead speaks against him, and a shared one for neither.
        case
            when measured.is_leader and measured.leader_driver_ids = measured.driver_id then 'for'
            when measured.is_leader or not measured.is_eligible or measured.leader_driver_ids is null then 'neutral'
            else 'against'
        end as argument,
        definitions.alternatives
    from measured
    inner join definitions on measured.statistic_id = definitions.id
    left join runners_up on measured.statistic_id = runners_up.statistic_id
    where measured.driver_id = '{{ var("driver_id") }}'

)

select * from final
