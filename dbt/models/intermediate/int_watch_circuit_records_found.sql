with

watched as (

    select * from {{ ref('int_watched_values_listed') }}

),

driver_circuits as (

    select * from {{ ref('mart_driver_circuits') }}

),

drivers as (

    select * from {{ ref('dim_drivers') }}

),

races_left as (

    select * from {{ ref('int_races_left_listed') }}

),

-- What everybody has done at the circuit of the next race.
measures as (

    {%- for metric, statistic in {
        'race_wins': 'wins_at_one_circuit', 'podiums': 'podiums_at_one_circuit',
        'pole_positions': 'poles_at_one_circuit',
    }.items() %}
    select
        '{{ statistic }}' as statistic_id,
        drivers.driver_id,
        drivers.driver_name,
        driver_circuits.circuit_name,
        cast(driver_circuits.{{ metric }} as {{ type_measure() }}) as value,
        max(driver_circuits.{{ metric }}) over () as most
    from driver_circuits
    inner join drivers on driver_circuits.driver_id = drivers.driver_id
    inner join races_left on driver_circuits.circuit_id = races_left.circuit_id
    where races_left.race_number = 1
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

holders as (

    select
        statistic_id,
        circuit_name,
        cast(most as {{ type_measure() }}) as target,
        string_agg(driver_id, ', ' order by driver_id) as target_holder_ids,
        string_agg(driver_name, ', ' order by driver_id) as target_holder_names
    from measures
    where value = most and most > 0
    group by
        statistic_id,
        circuit_name,
        most

),

active as (

    select distinct driver_id from watched

),

final as (

    select
        holders.statistic_id,
        active.driver_id,
        'record' as kind,
        coalesce(measures.value, 0) as value,
        holders.target,
        holders.target_holder_ids,
        holders.target_holder_names,
        holders.circuit_name as detail
    from holders
    cross join active
    left join measures
        on holders.statistic_id = measures.statistic_id
        and active.driver_id = measures.driver_id
    where holders.target_holder_ids != active.driver_id

)

select * from final
