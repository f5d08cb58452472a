with

rates as (

    select * from {{ ref('int_driver_rates_computed') }}

),

head_to_heads as (

    select * from {{ ref('int_driver_head_to_head_shares') }}

),

-- What a driver needs a minimum of, to be ranked.
final as (

    {%- for amount_of in ['starts', 'poles started', 'full seasons', 'seasons started'] %}
    select
        driver_id,
        '{{ amount_of }}' as amount_of,
        cast({{ amount_of | replace(' ', '_') }} as {{ type_count() }}) as amount
    from rates
    union all
    {%- endfor %}
    select
        driver_id,
        statistic_id as amount_of,
        cast(meetings as {{ type_count() }}) as amount
    from head_to_heads

)

select * from final
