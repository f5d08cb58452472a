with

starts as (

    select * from {{ ref('int_own_starts_combined') }}

),

entrants as (

    select * from {{ ref('int_race_entrants_matched') }}

),

entered as (

    select
        starts.race_id,
        starts.driver_id,
        starts.constructor_id,
        starts.year,
        starts.race_order,
        starts.position_number,
        starts.grid_position_number,
        starts.qualifying_order,
        entrants.entrant_id
    from starts
    inner join entrants
        on starts.race_id = entrants.race_id
        and starts.driver_id = entrants.driver_id
        and starts.constructor_id = entrants.constructor_id

),

-- Where nobody knows the entrant of either, the constructor decides. Two drivers who share two entrants are one pair.
final as (

    select distinct
        own.race_id,
        own.year,
        own.constructor_id,
        own.driver_id,
        team_mate.driver_id as team_mate_id,
        own.race_order,
        team_mate.race_order as team_mate_race_order,
        own.position_number,
        team_mate.position_number as team_mate_position_number,
        own.qualifying_order,
        team_mate.qualifying_order as team_mate_qualifying_order,
        own.grid_position_number,
        team_mate.grid_position_number as team_mate_grid_position_number
    from entered as own
    inner join entered as team_mate
        on own.race_id = team_mate.race_id
        and own.constructor_id = team_mate.constructor_id
        and own.driver_id != team_mate.driver_id
    where
        own.entrant_id = team_mate.entrant_id
        or own.entrant_id is null
        or team_mate.entrant_id is null

)

select * from final
