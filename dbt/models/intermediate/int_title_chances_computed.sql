with

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

races_left as (

    select * from {{ ref('int_races_left_listed') }}

),

points_left as (

    select
        year,
        sum(all_points) as season_points,
        sum(case when race_number = 1 then all_points else 0 end) as next_points
    from races_left
    group by year

),

standings as (

    select
        driver_seasons.driver_id,
        driver_seasons.championship_points as points,
        points_left.season_points,
        points_left.next_points,
        row_number() over (order by driver_seasons.championship_points desc, driver_seasons.driver_id) as place,
        max(driver_seasons.championship_points) over () as most_points
    from driver_seasons
    inner join points_left on driver_seasons.year = points_left.year
    where
        driver_seasons.championship_points is not null
        and driver_seasons.championship_position is not null
        and not driver_seasons.is_final

),

final as (

    select
        standings.driver_id,
        -- Equal points may still be parted by places; who cannot even draw level has no chance.
        case when standings.points + standings.season_points >= standings.most_points then 1 else 0 end as season_most,
        -- Certain at the next race: more than the strongest rival could still reach.
        case
            when standings.points + standings.next_points
                > coalesce(rivals.points, 0) + standings.season_points - standings.next_points
                then 1
            else 0
        end as next_most
    from standings
    left join standings as rivals
        on rivals.place = case when standings.place = 1 then 2 else 1 end

)

select * from final
