with

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

seasons as (

    select * from {{ ref('dim_seasons') }}

),

seasons_scored as (

    select * from {{ ref('int_driver_seasons_scored') }}

),

points_awarded as (

    select
        year,
        sum(points_total) as points
    from driver_seasons
    group by year

),

measures as (

    select
        driver_seasons.driver_id,
        cast(driver_seasons.year as {{ type_text() }}) as season,
        driver_seasons.race_wins as season_wins,
        driver_seasons.podiums as season_podiums,
        driver_seasons.pole_positions as season_poles,
        driver_seasons.points_total as season_points,
        {{ share_of('driver_seasons.points_total', 'points_awarded.points') }} as season_points_share,
        {{ share_of('driver_seasons.race_wins', 'seasons.races_held') }} as season_win_share,
        {{ share_of('seasons_scored.rescored_points', '25 * seasons.races_held') }} as season_rescored_share
    from driver_seasons
    inner join seasons on driver_seasons.year = seasons.year
    inner join points_awarded on driver_seasons.year = points_awarded.year
    left join seasons_scored
        on driver_seasons.driver_id = seasons_scored.driver_id
        and driver_seasons.year = seasons_scored.year
    -- Neither a record nor a best is of a season under way.
    where seasons.is_final

),

final as (

    {{ statistics_as_rows('measures', season_statistics() | list, 'season') }}

)

select * from final
