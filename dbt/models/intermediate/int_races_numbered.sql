with

races as (

    select * from {{ ref('dim_races') }}

),

held as (

    select
        race_id,
        race_date,
        grand_prix_name,
        -- The 500 miles counted for the championship, and hardly anybody else's drivers came.
        case when grand_prix_id = 'indianapolis' and year between 1950 and 1960 then 1 else 0 end as indianapolis
    from races
    where has_results

),

final as (

    select
        race_id,
        race_date,
        grand_prix_name,
        row_number() over (order by race_date) as race_number,
        case
            when indianapolis = 0
                then row_number() over (partition by indianapolis order by race_date)
        end as race_number_without_indianapolis
    from held

)

select * from final
