with

ranked as (

    select * from {{ ref('int_records_ranked') }}

),

leaders as (

    select
        statistic_id,
        count(*) as drivers_ranked,
        max(case when record_rank = 1 then value end) as leader_value,
        -- Where the best is nothing at all, nobody leads.
        string_agg(
            case when record_rank = 1 and value > 0 then driver_id end, ', ' order by driver_id
        ) as leader_driver_ids,
        string_agg(
            case when record_rank = 1 and value > 0 then driver_name end, ', ' order by driver_id
        ) as leader_names
    from ranked
    where is_eligible
    group by statistic_id

),

final as (

    select
        ranked.statistic_id,
        ranked.category,
        ranked.driver_id,
        ranked.driver_name,
        ranked.value,
        ranked.detail,
        ranked.unit,
        ranked.is_higher_better,
        cast(ranked.record_rank as {{ type_count() }}) as rank,
        cast(coalesce(leaders.drivers_ranked, 0) as {{ type_count() }}) as drivers_ranked,
        coalesce(ranked.record_rank = 1 and ranked.value > 0, false) as is_leader,
        leaders.leader_driver_ids,
        leaders.leader_names,
        leaders.leader_value,
        case
            when ranked.is_eligible then cast(abs(leaders.leader_value - ranked.value) as {{ type_measure() }})
        end as gap,
        ranked.is_eligible,
        case
            when ranked.minimum = 0 then 'all drivers'
            when ranked.minimum = 1 then concat('at least one ', rtrim(ranked.minimum_of, 's'))
            else concat('at least ', cast(ranked.minimum as {{ type_text() }}), ' ', ranked.minimum_of)
        end as eligibility,
        cast(case when ranked.minimum_of = 'starts' then ranked.minimum else 0 end as {{ type_count() }})
            as minimum_starts
    from ranked
    left join leaders on ranked.statistic_id = leaders.statistic_id

)

select * from final
