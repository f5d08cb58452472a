with

findings as (

    select * from {{ source('f1db_history', 'findings') }}

),

final as (

    select
        release,
        position,
        severity,
        code,
        table_name,
        column_name,
        row_number,
        value,
        message
    from findings

)

select * from final
