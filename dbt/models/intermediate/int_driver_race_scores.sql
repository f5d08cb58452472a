with

driver_races as (

    select * from {{ ref('int_driver_races_combined') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

seasons as (

    select * from {{ ref('dim_seasons') }}

),

fields as (

    select
        race_id,
        max(position_number) as classified
    from race_results
    group by race_id

),

final as (

    select
        driver_races.driver_id,
        driver_races.race_id,
        driver_races.year,
        seasons.is_final,
        seasons.races_held,
        driver_races.starts,
        driver_races.wins,
        driver_races.podiums,
        driver_races.pole_positions,
        driver_races.fastest_laps,
        case when driver_races.points > 0 then driver_races.starts else 0 end as points_finishes,
        case when driver_races.best_position is not null then 1 else 0 end as classified_finishes,
        case when driver_races.pole_positions > 0 then driver_races.starts else 0 end as poles_started,
        case when driver_races.pole_positions > 0 then driver_races.wins else 0 end as poles_won,
        case
            when races.grand_prix_id = 'indianapolis' and races.year <= 1960 then 0
            else driver_races.starts
        end as starts_without_indianapolis,
        {{ rescored_points('driver_races.best_position') }} as rescored_points,
        -- Of the other places that were classified, the share behind the driver; a lone finisher beats nobody.
        cast(
            round((fields.classified - driver_races.best_position) / nullif(fields.classified - 1, 0), 9)
            as {{ type_fraction() }}
        ) as field_beaten
    from driver_races
    inner join races on driver_races.race_id = races.race_id
    inner join seasons on driver_races.year = seasons.year
    left join fields on driver_races.race_id = fields.race_id

)

select * from final
