with

records as (

    select * from {{ ref('mart_driver_records') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        driver_name,
        statistic_id,
        category,
        value,
        detail,
        unit,
        is_higher_better,
        rank,
        drivers_ranked,
        is_leader,
        leader_driver_ids,
        leader_names,
        leader_value,
        gap,
        is_eligible,
        eligibility,
        minimum_starts
    from records
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
