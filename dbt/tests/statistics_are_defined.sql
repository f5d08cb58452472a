-- Every row that points to a statistic points to one that is defined. Marts that are views of these need no look.
{%- set pointing = {
    'release_headlines': 'metric',
} %}

with

definitions as (

    select * from {{ ref('statistic_definitions') }}

),

pointed_to as (

    {%- for model, column in pointing.items() %}
    select distinct
        '{{ model }}' as model,
        {{ column }} as statistic_id
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        pointed_to.model,
        pointed_to.statistic_id
    from pointed_to
    left join definitions on pointed_to.statistic_id = definitions.id
    where definitions.id is null

)

select * from final
