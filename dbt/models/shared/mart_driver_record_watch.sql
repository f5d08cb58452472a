with

targets as (

    select * from {{ ref('int_watch_targets_listed') }}

),

chances as (

    select * from {{ ref('int_watch_chances_computed') }}

),

races_left as (

    select * from {{ ref('int_races_left_listed') }}

),

units as (

    select * from {{ ref('mart_driver_records') }}

),

joined as (

    select
        targets.*,
        targets.target - targets.value as gap,
        coalesce(chances.next_most, 0) as next_most,
        coalesce(chances.season_most, 0) as season_most,
        coalesce(chances.chances_left, 0) as chances_left,
        races_left.race_id as next_race_id,
        races_left.race_date as next_race_date,
        races_left.grand_prix_name as next_grand_prix_name
    from targets
    left join chances
        on targets.amount = chances.amount
        and coalesce(chances.driver_id, targets.driver_id) = targets.driver_id
    left join races_left on races_left.race_number = 1

),

final as (

    select
        joined.driver_id,
        joined.statistic_id,
        joined.kind,
        joined.detail,
        joined.value,
        joined.target,
        joined.target_holder_ids,
        joined.target_holder_names,
        cast(joined.gap as {{ type_measure() }}) as gap,
        units.unit,
        cast(joined.chances_left as {{ type_count() }}) as chances_left,
        joined.season_most > 0 and joined.gap <= joined.season_most as is_possible_this_season,
        cast(joined.next_race_id as {{ type_count() }}) as next_race_id,
        joined.next_race_date,
        joined.next_grand_prix_name,
        -- The most that the next race can do; whether it does is the driver's affair.
        case
            when joined.next_most = 0 or joined.next_most < joined.gap then null
            when joined.kind = 'milestone' then 'reaches'
            when joined.next_most = joined.gap then 'equals'
            else 'breaks'
        end as next_race_effect
    from joined
    inner join units
        on joined.statistic_id = units.statistic_id
        and joined.driver_id = units.driver_id

)

select * from final
