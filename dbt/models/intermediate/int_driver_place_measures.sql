{%- set places = [
    ('circuits', 'circuit_name', {'race_wins': 'wins_at_one_circuit', 'podiums': 'podiums_at_one_circuit', 'pole_positions': 'poles_at_one_circuit'}),
    ('grands_prix', 'grand_prix_name', {'race_wins': 'wins_at_one_grand_prix'}),
    ('constructors', 'constructor_name', {'race_wins': 'wins_for_one_constructor'}),
] -%}
with

circuits as (

    select * from {{ ref('mart_driver_circuits') }}

),

grands_prix as (

    select * from {{ ref('mart_driver_grands_prix') }}

),

constructors as (

    select * from {{ ref('mart_driver_constructors') }}

),

final as (

    {%- for relation, place, metrics in places %}
    {%- set last_place = loop.last %}
    {%- for metric, statistic in metrics.items() %}
    select
        '{{ statistic }}' as statistic_id,
        driver_id,
        cast({{ metric }} as {{ type_measure() }}) as value,
        {{ place }} as detail
    from {{ relation }}
    {%- if not (last_place and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}

)

select * from final
