with

races as (

    select * from {{ ref('dim_races') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

sprint_results as (

    select * from {{ ref('fct_sprint_results') }}

),

newest as (

    select
        max(year) as year,
        max(race_date) as race_date
    from race_results

),

most_points as (

    select
        max(race_results.points) as race_points,
        (select max(points) from sprint_results) as sprint_points
    from race_results
    inner join newest on race_results.year = newest.year

),

upcoming as (

    select
        races.*,
        -- A sprint that has been run is no chance any more, though its race still is.
        case when is_sprint_weekend and not has_sprint_results then 1 else 0 end as one_sprint,
        min(races.year) over () as next_year
    from races
    cross join newest
    -- A race without results before the newest one was cancelled.
    where
        not races.has_results
        and races.race_date > newest.race_date

),

final as (

    select
        upcoming.race_id,
        upcoming.year,
        upcoming.race_date,
        upcoming.grand_prix_name,
        upcoming.circuit_id,
        row_number() over (order by upcoming.race_date, upcoming.race_id) as race_number,
        1 as one_race,
        case when row_number() over (order by upcoming.race_date, upcoming.race_id) = 1 then 1 else 0 end as next_race,
        upcoming.one_sprint,
        coalesce(upcoming.laps, 0) as laps,
        coalesce(most_points.race_points, 0) as race_points,
        upcoming.one_sprint * coalesce(most_points.sprint_points, 0) as sprint_points,
        coalesce(most_points.race_points, 0) + upcoming.one_sprint * coalesce(most_points.sprint_points, 0) as all_points
    from upcoming
    cross join most_points
    where upcoming.year = upcoming.next_year

)

select * from final
