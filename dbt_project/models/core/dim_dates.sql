{#- Twenty years hold every day that a company still measures, as in int_business_calendar. -#}
{%- set days_before = 7305 -%}

with

day_numbers as (
    {{ dbt.generate_series(days_before + 1) }}
)

select
    cast(
        {{ dbt.dateadd('day', '1 - cast(generated_number as int)', as_of_date()) }} as date
    ) as date_day
from day_numbers
