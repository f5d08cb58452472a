with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

remembered as (

    select * from {{ source('f1db_history', 'headlines') }}

),

releases as (

    select * from {{ source('f1db_history', 'releases') }}

),

computed as (

    {% for metric in headline_metrics() -%}
    select
        driver_id,
        '{{ metric }}' as metric,
        cast({{ metric }} as {{ type_points() }}) as value
    from careers
    where {{ metric }} is not null and driver_id in ('{{ var("drivers") | join("', '") }}')
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

headlines as (

    select
        releases.position,
        computed.driver_id,
        computed.metric,
        computed.value
    from computed
    cross join releases
    where releases.is_current
    union all
    select
        releases.position,
        remembered.driver_id,
        remembered.metric,
        cast(remembered.value as {{ type_points() }}) as value
    from remembered
    inner join releases on remembered.release = releases.release

),

final as (

    select
        releases.release,
        releases.published_at_utc,
        headlines.driver_id,
        headlines.metric,
        headlines.value,
        earlier.value as previous_value
    from headlines
    inner join releases on headlines.position = releases.position
    left join headlines as earlier
        on
            headlines.position = earlier.position + 1
            and headlines.driver_id = earlier.driver_id
            and headlines.metric = earlier.metric

)

select * from final
