-- Fresh: no result of the release before is of a later race than the newest one with results here. What counts is the
-- release before in the order of versions, so a rollback or a backfill is not stale; an accepted loss (var
-- `accepts_losses`) is one that somebody has asked for.
with

changes as (

    select * from {{ ref('release_changes') }}

),

races as (

    select * from {{ ref('dim_races') }}

),

newest as (

    select max(race_date) as race_date from races
    where has_results

),

final as (

    select
        changes.previous_release,
        changes.key,
        changes.race_date,
        newest.race_date as newest_race_date
    from changes
    cross join newest
    where
        changes.release = '{{ var("release") }}'
        and changes.table_name = 'races_race_results'
        and changes.change = 'removed'
        and not coalesce(changes.race_date <= newest.race_date, false)
        and not {{ var('accepts_losses') | string | lower }}

)

select * from final
