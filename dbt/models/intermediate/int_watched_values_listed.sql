with

records as (

    select * from {{ ref('mart_driver_records') }}

),

streaks as (

    select * from {{ ref('mart_driver_streaks') }}

),

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

newest as (

    select max(year) as year
    from driver_seasons
    where race_entries > 0

),

-- Only who has entered a race of the newest season can be expected to add to anything.
active as (

    select driver_seasons.*
    from driver_seasons
    inner join newest on driver_seasons.year = newest.year
    where driver_seasons.race_entries > 0

),

careers as (

    select
        records.statistic_id,
        records.driver_id,
        records.value
    from records
    inner join active on records.driver_id = active.driver_id
    where records.statistic_id in ('{{ watched_statistics() | join("', '") }}')

),

open_streaks as (

    select
        records.statistic_id,
        records.driver_id,
        cast(coalesce(streaks.length, 0) as {{ type_measure() }}) as value
    from records
    inner join active on records.driver_id = active.driver_id
    left join streaks
        on records.statistic_id = streaks.statistic_id
        and records.driver_id = streaks.driver_id
        and streaks.is_open
    where records.category = 'streak'

),

seasons as (

    {%- for id, (column, _) in watched_season_statistics().items() %}
    select
        '{{ id }}' as statistic_id,
        driver_id,
        cast({{ column }} as {{ type_measure() }}) as value
    from active
    where not is_final
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select statistic_id, driver_id, value, 0 as is_current from careers
    union all
    select statistic_id, driver_id, value, 1 as is_current from open_streaks
    union all
    select statistic_id, driver_id, value, 1 as is_current from seasons

)

select * from final
