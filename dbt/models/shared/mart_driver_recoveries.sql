with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

grands_prix as (

    select * from {{ ref('dim_grands_prix') }}

),

-- A driver with two cars in a race gained what the better one gained.
recovered as (

    select
        race_results.*,
        row_number() over (
            partition by driver_id, race_id order by positions_gained desc, position_display_order
        ) as car
    from race_results
    where
        is_started
        and positions_gained > 0

),

final as (

    select
        recovered.driver_id,
        recovered.race_id,
        recovered.year,
        recovered.race_date,
        recovered.grand_prix_id,
        grands_prix.grand_prix_name,
        recovered.constructor_id,
        recovered.grid_position_number,
        recovered.grid_position_text,
        recovered.position_number,
        recovered.positions_gained as places_gained,
        cast(
            rank() over (partition by recovered.driver_id order by recovered.positions_gained desc)
            as {{ type_count() }}
        ) as recovery_rank,
        recovered.is_win,
        recovered.is_podium
    from recovered
    inner join grands_prix on recovered.grand_prix_id = grands_prix.grand_prix_id
    where recovered.car = 1

)

select * from final
