with

streaks as (

    select * from {{ ref('mart_driver_streaks') }}

),

final as (

    select
        statistic_id,
        driver_id,
        cast(length as {{ type_measure() }}) as value,
        concat(cast(from_date as {{ type_text() }}), ' to ', cast(to_date as {{ type_text() }})) as detail
    from streaks
    where is_default

)

select * from final
