with

streaks as (

    select * from {{ ref('mart_driver_streaks') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

final as (

    select
        '{{ var("release") }}' as release,
        streaks.driver_id,
        streaks.kind,
        streaks.definition,
        streaks.statistic_id,
        streaks.is_default,
        streaks.streak_rank,
        streaks.length,
        streaks.from_race_id,
        first_races.grand_prix_name as from_grand_prix_name,
        streaks.from_date,
        streaks.to_race_id,
        last_races.grand_prix_name as to_grand_prix_name,
        streaks.to_date,
        streaks.is_open
    from streaks
    inner join races as first_races on streaks.from_race_id = first_races.race_id
    inner join races as last_races on streaks.to_race_id = last_races.race_id
    where streaks.driver_id = '{{ var("driver_id") }}'

)

select * from final
