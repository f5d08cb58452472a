with

summaries as (

    select * from {{ source('f1db_history', 'summaries') }}

),

final as (

    select
        release,
        previous_release,
        table_name,
        rows_before,
        rows_after,
        rows_added,
        rows_removed,
        rows_changed,
        rows_restated
    from summaries

)

select * from final
