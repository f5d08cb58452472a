with

standings as (

    select * from {{ ref('stg_f1db__seasons_driver_standings') }}

),

drivers as (

    select * from {{ ref('dim_drivers') }}

),

-- Second in the standings: whoever is excluded from them has no place number, whatever the points.
numbered as (

    select
        year,
        driver_id,
        points,
        row_number() over (partition by year order by position_number, driver_id) as runner_up_number
    from standings
    where
        not is_champion
        and position_number <= 2

),

final as (

    select
        numbered.year,
        numbered.driver_id as runner_up_driver_id,
        drivers.driver_name as runner_up_name,
        numbered.points as runner_up_points
    from numbered
    inner join drivers on numbered.driver_id = drivers.driver_id
    where numbered.runner_up_number = 1

)

select * from final
