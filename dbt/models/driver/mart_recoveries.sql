with

recoveries as (

    select * from {{ ref('mart_driver_recoveries') }}

),

constructors as (

    select * from {{ ref('dim_constructors') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        recoveries.driver_id,
        recoveries.race_id,
        recoveries.year,
        recoveries.race_date,
        recoveries.grand_prix_id,
        recoveries.grand_prix_name,
        recoveries.constructor_id,
        constructors.constructor_name,
        recoveries.grid_position_number,
        recoveries.grid_position_text,
        recoveries.position_number,
        recoveries.places_gained,
        recoveries.recovery_rank,
        recoveries.is_win,
        recoveries.is_podium
    from recoveries
    inner join constructors on recoveries.constructor_id = constructors.constructor_id
    where recoveries.driver_id = '{{ var("driver_id") }}'

)

select * from final
