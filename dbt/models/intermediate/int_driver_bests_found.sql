with

{% for measures in ['season_measures', 'place_measures', 'season_runs_found', 'streak_measures'] -%}
{{ measures }} as (

    select * from {{ ref('int_driver_' ~ measures) }}

),

{% endfor -%}
listed as (

    select * from season_measures
    union all
    select * from place_measures
    union all
    select * from season_runs_found
    union all
    select * from streak_measures

),

ranked as (

    select
        statistic_id,
        driver_id,
        value,
        detail,
        rank() over (partition by statistic_id, driver_id order by value desc) as best
    from listed

),

-- The best of each, and where or when it was; several of them are all named.
bests as (

    select
        statistic_id,
        driver_id,
        max(value) as value,
        string_agg(case when value > 0 then detail end, ', ' order by detail) as detail
    from ranked
    where best = 1
    group by
        statistic_id,
        driver_id

),

-- At how many places, and in how many seasons, the driver has won.
breadths as (

    select
        case statistic_id
            when 'season_wins' then 'seasons_with_a_win'
            when 'wins_at_one_circuit' then 'circuits_won_at'
            when 'wins_at_one_grand_prix' then 'grands_prix_won'
            when 'wins_for_one_constructor' then 'constructors_won_for'
        end as statistic_id,
        driver_id,
        cast(sum(case when value > 0 then 1 else 0 end) as {{ type_measure() }}) as value,
        cast(null as {{ type_text() }}) as detail
    from listed
    where statistic_id in ('season_wins', 'wins_at_one_circuit', 'wins_at_one_grand_prix', 'wins_for_one_constructor')
    group by
        1,
        driver_id

),

final as (

    select * from bests
    union all
    select * from breadths

)

select * from final
