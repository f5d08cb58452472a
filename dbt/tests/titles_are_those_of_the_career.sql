-- Titles counted from the season standings, and titles with margin and deciding race, are the same for everybody.
with

careers as (

    select * from {{ ref('mart_driver_careers') }}

),

titles as (

    select * from {{ ref('mart_driver_titles') }}

),

counted as (

    select
        driver_id,
        count(*) as titles
    from titles
    group by driver_id

),

final as (

    select
        careers.driver_id,
        careers.championships,
        coalesce(counted.titles, 0) as titles
    from careers
    left join counted on careers.driver_id = counted.driver_id
    where careers.championships != coalesce(counted.titles, 0)

)

select * from final
