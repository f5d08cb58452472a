with

final as (

    {%- for id, category, unit, minimum, minimum_of in record_statistics() %}
    select
        '{{ id }}' as statistic_id,
        '{{ category }}' as category,
        '{{ unit }}' as unit,
        {{ minimum }} as minimum,
        '{{ minimum_of }}' as minimum_of,
        {{ 'false' if id.startswith('youngest') else 'true' }} as is_higher_better
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from final
