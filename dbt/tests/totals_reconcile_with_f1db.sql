-- Every total and best of everybody equals F1DB's own, number for number; a number against nothing is a difference.
-- An exception covers one difference with exactly its two numbers, and one that covers nothing is out of date.
with

reconciliation as (

    select * from {{ ref('reconciliation') }}

),

exceptions as (

    select * from {{ ref('reconciliation_exceptions') }}

),

differing as (

    select * from reconciliation
    where ours is distinct from f1db

),

compared as (

    select
        coalesce(differing.entity, exceptions.entity) as entity,
        coalesce(differing.entity_id, exceptions.entity_id) as entity_id,
        coalesce(differing.year, exceptions.year) as year,
        coalesce(differing.metric, exceptions.metric) as metric,
        differing.ours,
        differing.f1db,
        differing.difference,
        exceptions.decided_on as exception_of
    from differing
    full join exceptions
        on differing.entity = exceptions.entity
        and differing.entity_id = exceptions.entity_id
        and differing.metric = exceptions.metric
        and coalesce(differing.year, 0) = coalesce(exceptions.year, 0)
        and coalesce(differing.ours, -1) = coalesce(exceptions.ours, -1)
        and coalesce(differing.f1db, -1) = coalesce(exceptions.f1db, -1)
    where
        differing.entity is null
        or exceptions.entity is null

),

final as (

    select
        entity,
        entity_id,
        year,
        metric,
        coalesce(cast(ours as {{ type_text() }}), 'nothing') as ours,
        coalesce(cast(f1db as {{ type_text() }}), 'nothing') as f1db,
        difference,
        exception_of
    from compared

)

-- Drivers and careers first, totals before bests.
select * from final
order by
    case when entity = 'driver' then 0 else 1 end,
    coalesce(year, 0),
    metric desc,
    entity,
    entity_id
