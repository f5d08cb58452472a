-- A recovery's rank is one more than the number of the driver's better ones.
with

recoveries as (

    select * from {{ ref('mart_driver_recoveries') }}

),

final as (

    select
        recoveries.driver_id,
        recoveries.race_id,
        recoveries.recovery_rank,
        count(better.race_id) as better_ones
    from recoveries
    left join recoveries as better
        on recoveries.driver_id = better.driver_id
        and recoveries.places_gained < better.places_gained
    group by
        recoveries.driver_id,
        recoveries.race_id,
        recoveries.recovery_rank
    having recoveries.recovery_rank != count(better.race_id) + 1

)

select * from final
