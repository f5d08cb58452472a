with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

rates as (

    select * from {{ ref('int_driver_rates_computed') }}

),

head_to_heads as (

    select * from {{ ref('int_driver_head_to_head_shares') }}

),

ages as (

    select * from {{ ref('int_driver_ages_computed') }}

),

bests as (

    select * from {{ ref('int_driver_bests_found') }}

),

final as (

    {{ statistics_as_rows('careers', career_statistics() | list) }}
    union all
    {{ statistics_as_rows('rates', (rate_statistics() | list) + (era_statistics() | list)) }}
    union all
    select statistic_id, driver_id, value, cast(null as {{ type_text() }}) as detail from head_to_heads
    union all
    {{ statistics_as_rows('ages', [
        'youngest_starter', 'youngest_on_podium', 'youngest_on_pole', 'youngest_winner', 'oldest_winner',
        'days_from_first_to_last_win', 'youngest_champion', 'oldest_champion', 'constructors_champion_with',
    ]) }}
    union all
    select statistic_id, driver_id, value, detail from bests

)

select * from final
