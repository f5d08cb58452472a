with

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

runners_up as (

    select * from {{ ref('int_season_runners_up_found') }}

),

decided as (

    select * from {{ ref('int_titles_decided') }}

),

final as (

    select
        driver_seasons.driver_id,
        cast(driver_seasons.year as {{ type_count() }}) as year,
        cast(
            row_number() over (partition by driver_seasons.driver_id order by driver_seasons.year)
            as {{ type_count() }}
        ) as title_number,
        driver_seasons.constructor_ids,
        driver_seasons.constructors,
        driver_seasons.championship_points,
        driver_seasons.points_total,
        driver_seasons.race_wins,
        runners_up.runner_up_driver_id,
        runners_up.runner_up_name,
        cast(runners_up.runner_up_points as {{ type_points() }}) as runner_up_points,
        cast(driver_seasons.championship_points - runners_up.runner_up_points as {{ type_points() }}) as margin_points,
        -- Equal points: the better places made the champion, as the standings have it.
        coalesce(driver_seasons.championship_points = runners_up.runner_up_points, false) as is_countback,
        cast(decided.decided_race_id as {{ type_count() }}) as decided_race_id,
        decided.decided_race_date,
        decided.decided_grand_prix_name,
        cast(decided.decided_round as {{ type_count() }}) as decided_round,
        cast(decided.races_left_when_decided as {{ type_count() }}) as races_left_when_decided,
        decided.races_left_when_decided = 0 as is_decided_at_last_race,
        -- A title may be certain before its season is over; points and margin then still move.
        driver_seasons.is_final
    from driver_seasons
    left join runners_up on driver_seasons.year = runners_up.year
    left join decided
        on driver_seasons.year = decided.year
        and driver_seasons.driver_id = decided.driver_id
    where driver_seasons.is_champion

)

select * from final
