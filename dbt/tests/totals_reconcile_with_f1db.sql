-- Every total of every driver equals F1DB's own. Only the sample may lack one: a release that does is not sound.
with

reconciliation as (

    select * from {{ ref('reconciliation') }}

),

final as (

    select
        entity,
        entity_id,
        year,
        metric,
        ours,
        f1db,
        difference
    from reconciliation
    where
        difference != 0
        {%- if not var('is_sample') %}
        or f1db is null
        {%- endif %}

)

select * from final
order by
    entity_id,
    year,
    metric
