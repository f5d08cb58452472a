with

listed as (

    select * from {{ ref('int_totals_listed') }}

),

counted as (

    select * from {{ ref('int_totals_counted') }}

),

-- What only one side has is a row, too; who has nothing to count has totals of 0 and no bests.
joined as (

    select
        coalesce(listed.entity, counted.entity) as entity,
        coalesce(listed.entity_id, counted.entity_id) as entity_id,
        coalesce(listed.year, counted.year) as year,
        coalesce(listed.metric, counted.metric) as metric,
        case
            when listed.metric like 'total%' then coalesce(counted.ours, 0)
            else counted.ours
        end as ours,
        listed.f1db
    from listed
    full join counted
        on listed.entity = counted.entity
        and listed.entity_id = counted.entity_id
        and listed.metric = counted.metric
        and coalesce(listed.year, 0) = coalesce(counted.year, 0)

),

final as (

    select
        entity,
        entity_id,
        year,
        metric,
        cast(ours as {{ type_points() }}) as ours,
        cast(f1db as {{ type_points() }}) as f1db,
        cast(
            case when ours is null and f1db is null then 0 else ours - f1db end as {{ type_points() }}
        ) as difference
    from joined

)

select * from final
