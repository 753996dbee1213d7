{{ config(schema='core', contract={'enforced': false}) }}

{#- From the oldest signal a rule looks back to, to well after the last due time. -#}
{%- set days_before = 400 -%}
{%- set days_after = 120 -%}

with

weekdays as (
    select * from {{ ref('business_hours') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

day_numbers as (
    {{ dbt.generate_series(days_before + days_after + 1) }}
),

days as (
    select
        cast(
            {{ dbt.dateadd(
                'day', 'cast(generated_number as int) - ' ~ (days_before + 1), as_of_date()
            ) }} as date
        ) as calendar_date
    from day_numbers
),

hours as (
    select
        days.calendar_date,
        holidays.holiday_date is null and weekdays.is_open as is_business_day,
        weekdays.opens_hour,
        weekdays.closes_hour
    from days
    inner join weekdays on {{ iso_weekday('days.calendar_date') }} = weekdays.weekday
    left join holidays on days.calendar_date = holidays.holiday_date
),

business_seconds as (
    select
        calendar_date,
        is_business_day,
        {{ seconds_later('cast(calendar_date as timestamp)', 'opens_hour * 3600') }} as opens_at,
        case when is_business_day then (closes_hour - opens_hour) * 3600 else 0 end
            as open_seconds
    from hours
)

select
    calendar_date,
    is_business_day,
    opens_at,
    cast(open_seconds as bigint) as open_seconds,
    cast(
        sum(open_seconds) over (
            order by calendar_date rows between unbounded preceding and current row
        ) - open_seconds as bigint
    ) as open_seconds_before
from business_seconds
