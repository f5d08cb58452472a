with

driver_seasons as (

    select * from {{ ref('mart_driver_seasons') }}

),

hits as (

    select
        'consecutive_championships' as statistic_id,
        driver_id,
        year
    from driver_seasons
    where is_champion and is_final
    union all
    select
        'consecutive_seasons_with_a_win' as statistic_id,
        driver_id,
        year
    from driver_seasons
    where race_wins > 0 and is_final

),

-- In years without a gap, the year and the number of the hit grow together.
runs as (

    select
        statistic_id,
        driver_id,
        year,
        year - row_number() over (partition by statistic_id, driver_id order by year) as run
    from hits

),

final as (

    select
        statistic_id,
        driver_id,
        cast(count(*) as {{ type_measure() }}) as value,
        concat(cast(min(year) as {{ type_text() }}), ' to ', cast(max(year) as {{ type_text() }})) as detail
    from runs
    group by
        statistic_id,
        driver_id,
        run

)

select * from final
