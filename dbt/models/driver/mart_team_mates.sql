with

head_to_heads as (

    select * from {{ ref('mart_head_to_heads') }}

),

drivers as (

    select * from {{ ref('dim_drivers') }}

),

constructors as (

    select * from {{ ref('dim_constructors') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        head_to_heads.driver_id,
        head_to_heads.team_mate_id,
        drivers.driver_name as team_mate_name,
        head_to_heads.constructor_id,
        constructors.constructor_name,
        head_to_heads.metric,
        head_to_heads.definition,
        head_to_heads.statistic_id,
        head_to_heads.is_default,
        head_to_heads.first_year,
        head_to_heads.last_year,
        head_to_heads.meetings,
        head_to_heads.ahead,
        head_to_heads.behind,
        head_to_heads.level,
        cast(round(head_to_heads.ahead / nullif(head_to_heads.meetings, 0), 4) as {{ type_measure() }}) as share_ahead
    from head_to_heads
    inner join drivers on head_to_heads.team_mate_id = drivers.driver_id
    inner join constructors on head_to_heads.constructor_id = constructors.constructor_id
    where head_to_heads.driver_id = '{{ var("driver_id") }}'

)

select * from final
