with

changes as (

    select * from {{ source('f1db_history', 'changes') }}

),

final as (

    select
        release,
        previous_release,
        table_name,
        change,
        key,
        column_name,
        old_value,
        new_value,
        race_date,
        driver_id,
        is_restatement
    from changes

)

select * from final
