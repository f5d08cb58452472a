with

head_to_heads as (

    select * from {{ ref('mart_head_to_heads') }}

),

final as (

    select
        statistic_id,
        driver_id,
        sum(meetings) as meetings,
        {{ share_of('sum(ahead)', 'sum(meetings)') }} as value
    from head_to_heads
    group by
        statistic_id,
        driver_id

)

select * from final
