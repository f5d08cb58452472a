with

statistics as (

    select * from {{ ref('int_record_statistics_listed') }}

),

drivers as (

    select * from {{ ref('dim_drivers') }}

),

record_values as (

    select * from {{ ref('int_record_values_listed') }}

),

amounts as (

    select * from {{ ref('int_record_amounts_listed') }}

),

joined as (

    select
        statistics.*,
        drivers.driver_id,
        drivers.driver_name,
        record_values.value,
        record_values.detail,
        -- Who has nothing to be measured, or too little of what it is measured over, has no rank.
        record_values.value is not null
        and (statistics.minimum = 0 or coalesce(amounts.amount, 0) >= statistics.minimum) as is_eligible
    from statistics
    cross join drivers
    left join record_values
        on statistics.statistic_id = record_values.statistic_id
        and drivers.driver_id = record_values.driver_id
    left join amounts
        on case when statistics.category = 'team_mates' then statistics.statistic_id else statistics.minimum_of end
            = amounts.amount_of
        and drivers.driver_id = amounts.driver_id

),

final as (

    select
        joined.*,
        -- Equal values share a rank.
        case
            when is_eligible
                then rank() over (
                    partition by statistic_id, is_eligible
                    order by case when is_higher_better then -value else value end
                )
        end as record_rank
    from joined

)

select * from final
