with

race_scores as (

    select * from {{ ref('int_driver_race_scores') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

calendars as (

    select
        year,
        count(*) as races_without_indianapolis
    from races
    where
        has_results
        and not (grand_prix_id = 'indianapolis' and year <= 1960)
    group by year

),

summed as (

    select
        driver_id,
        year,
        sum(starts) as race_starts,
        sum(wins) as race_wins,
        sum(rescored_points) as rescored_points,
        sum(starts_without_indianapolis) as starts_without_indianapolis,
        max(races_held) as races_held
    from race_scores
    -- A season under way is no season yet.
    where is_final
    group by
        driver_id,
        year

),

final as (

    select
        summed.driver_id,
        summed.year,
        summed.race_wins,
        summed.races_held,
        summed.rescored_points,
        case when summed.race_starts > 0 then 1 else 0 end as seasons_started,
        -- A full season: at least three quarters of the races, Indianapolis 1950-60 left out.
        case
            when summed.starts_without_indianapolis * 4 >= calendars.races_without_indianapolis * 3 then 1
            else 0
        end as full_seasons,
        case
            when summed.rescored_points > 0
                and rank() over (partition by summed.year order by summed.rescored_points desc) = 1
                then 1
            else 0
        end as titles_rescored
    from summed
    inner join calendars on summed.year = calendars.year

)

select * from final
