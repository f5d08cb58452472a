with

race_results as (

    select * from {{ ref('fct_race_results') }}

),

qualifying_results as (

    select * from {{ ref('fct_qualifying_results') }}

),

-- F1DB's flag is with the driver who took the car over; the number leads to the one who gave it up.
shared_cars as (

    select distinct
        race_id,
        driver_number
    from race_results
    where is_shared_car

),

-- Neither has a result of his own in that race, not even with another car.
sharers as (

    select distinct
        race_results.race_id,
        race_results.driver_id
    from race_results
    inner join shared_cars
        on race_results.race_id = shared_cars.race_id
        and race_results.driver_number = shared_cars.driver_number

),

qualified as (

    select
        race_id,
        driver_id,
        constructor_id,
        min(position_display_order) as qualifying_order
    from qualifying_results
    group by
        race_id,
        driver_id,
        constructor_id

),

started as (

    select
        race_id,
        driver_id,
        constructor_id,
        min(year) as year,
        min(position_display_order) as race_order,
        min(position_number) as position_number,
        min(grid_position_number) as grid_position_number
    from race_results
    where is_started
    group by
        race_id,
        driver_id,
        constructor_id

),

final as (

    select
        started.race_id,
        started.driver_id,
        started.constructor_id,
        started.year,
        started.race_order,
        started.position_number,
        started.grid_position_number,
        qualified.qualifying_order
    from started
    left join sharers
        on started.race_id = sharers.race_id
        and started.driver_id = sharers.driver_id
    left join qualified
        on started.race_id = qualified.race_id
        and started.driver_id = qualified.driver_id
        and started.constructor_id = qualified.constructor_id
    where sharers.race_id is null

)

select * from final
