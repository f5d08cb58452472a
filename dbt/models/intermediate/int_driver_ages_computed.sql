with

drivers as (

    select * from {{ ref('dim_drivers') }}

),

driver_races as (

    select * from {{ ref('int_driver_races_combined') }}

),

race_results as (

    select * from {{ ref('fct_race_results') }}

),

titles as (

    select * from {{ ref('mart_driver_titles') }}

),

races_dated as (

    select
        driver_id,
        min(case when starts = 1 then race_date end) as first_start,
        min(case when podiums = 1 then race_date end) as first_podium,
        min(case when pole_positions > 0 then race_date end) as first_pole,
        min(case when wins = 1 then race_date end) as first_win,
        max(case when wins = 1 then race_date end) as last_win
    from driver_races
    group by driver_id

),

titles_dated as (

    select
        titles.driver_id,
        min(titles.decided_race_date) as first_title,
        max(titles.decided_race_date) as last_title,
        count(distinct race_results.constructor_id) as constructors_champion_with
    from titles
    inner join race_results
        on titles.driver_id = race_results.driver_id
        and titles.year = race_results.year
    where titles.is_final
    group by titles.driver_id

),

final as (

    select
        drivers.driver_id,
        {{ dbt.datediff('drivers.date_of_birth', 'races_dated.first_start', 'day') }} as youngest_starter,
        {{ dbt.datediff('drivers.date_of_birth', 'races_dated.first_podium', 'day') }} as youngest_on_podium,
        {{ dbt.datediff('drivers.date_of_birth', 'races_dated.first_pole', 'day') }} as youngest_on_pole,
        {{ dbt.datediff('drivers.date_of_birth', 'races_dated.first_win', 'day') }} as youngest_winner,
        {{ dbt.datediff('drivers.date_of_birth', 'races_dated.last_win', 'day') }} as oldest_winner,
        {{ dbt.datediff('races_dated.first_win', 'races_dated.last_win', 'day') }} as days_from_first_to_last_win,
        {{ dbt.datediff('drivers.date_of_birth', 'titles_dated.first_title', 'day') }} as youngest_champion,
        {{ dbt.datediff('drivers.date_of_birth', 'titles_dated.last_title', 'day') }} as oldest_champion,
        titles_dated.constructors_champion_with
    from drivers
    left join races_dated on drivers.driver_id = races_dated.driver_id
    left join titles_dated on drivers.driver_id = titles_dated.driver_id

)

select * from final
