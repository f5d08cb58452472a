with

watched as (

    select * from {{ ref('mart_driver_record_watch') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        driver_id,
        statistic_id,
        kind,
        detail,
        value,
        target,
        target_holder_ids,
        target_holder_names,
        gap,
        unit,
        chances_left,
        is_possible_this_season,
        next_race_id,
        next_race_date,
        next_grand_prix_name,
        next_race_effect
    from watched
    where driver_id = '{{ var("driver_id") }}'

)

select * from final
