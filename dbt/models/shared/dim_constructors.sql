with

constructors as (

    select * from {{ ref('stg_f1db__constructors') }}

),

final as (

    select
        constructor_id,
        constructor_name,
        full_name,
        country_id
    from constructors

)

select * from final
