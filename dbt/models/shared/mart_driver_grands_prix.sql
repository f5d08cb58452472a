with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

grands_prix as (

    select * from {{ ref('dim_grands_prix') }}

),

driver_races as (

    {{ driver_races_by('grand_prix_id') }}

),

final as (

    select
        driver_races.driver_id,
        driver_races.grand_prix_id,
        min(grands_prix.grand_prix_name) as grand_prix_name,
        {{ driver_races_summed() }}
    from driver_races
    inner join grands_prix on driver_races.grand_prix_id = grands_prix.grand_prix_id
    group by
        driver_races.driver_id,
        driver_races.grand_prix_id

)

select * from final
