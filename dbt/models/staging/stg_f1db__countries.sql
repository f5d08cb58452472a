with

source as (

    select * from {{ source('f1db_raw', 'countries') }}

),

final as (

    select
        id as country_id,
        continent_id,

        alpha2_code,
        alpha3_code,
        ioc_code,
        name as country_name,
        demonym
    from source

)

select * from final
