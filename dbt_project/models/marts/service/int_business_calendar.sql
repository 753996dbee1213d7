{{ config(schema='core', contract={'enforced': false}) }}

{#- Twenty years hold every ticket that a company still measures; promises are kept or broken well
    within the year after. -#}
{%- set days_before = 7305 -%}
{%- set days_after = 400 -%}

with

calendars as (
    select * from {{ ref('service_calendars') }}
),

holidays as (
    select * from {{ ref('service_holidays') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

-- Alert rules look back over a year at most, tickets as far as they go.
bounds as (
    select
        least(
            coalesce(min(cast(opened_at as date)), {{ as_of_date() }}),
            cast({{ dbt.dateadd('day', -400, as_of_date()) }} as date)
        ) as first_date
    from tickets
),

day_numbers as (
    {{ dbt.generate_series(days_before + days_after + 3) }}
),

-- A day more at either end, for the day of a zone begins before or ends after that of UTC.
days as (
    select
        cast(
            {{ dbt.dateadd(
                'day', 'cast(generated_number as int) - ' ~ (days_before + 2), as_of_date()
            ) }} as date
        ) as calendar_date
    from day_numbers
),

dates as (
    select days.calendar_date
    from days
    inner join bounds
        on days.calendar_date >= cast({{ dbt.dateadd('day', -1, 'bounds.first_date') }} as date)
),

utc_dates as (
    select dates.calendar_date
    from dates
    inner join bounds on dates.calendar_date >= bounds.first_date
    where dates.calendar_date <= {{ dbt.dateadd('day', days_after, as_of_date()) }}
),

opening_hours as (
    select
        calendars.calendar_id,
        {{ local_to_utc(
            seconds_later(
                'cast(dates.calendar_date as timestamp)',
                seconds_past_midnight('calendars.opens_at')
            ),
            'calendars.time_zone'
        ) }} as opens_at,
        {{ local_to_utc(
            seconds_later(
                'cast(dates.calendar_date as timestamp)',
                seconds_past_midnight('calendars.closes_at')
            ),
            'calendars.time_zone'
        ) }} as closes_at
    from dates
    inner join calendars on {{ iso_weekday('dates.calendar_date') }} = calendars.weekday
    left join holidays
        on
            dates.calendar_date = holidays.holiday_date
            and holidays.calendar_id in ('*', calendars.calendar_id)
    where holidays.holiday_date is null
),

local_hours as (
    select
        calendar_id,
        opens_at,
        closes_at,
        cast(cast(opens_at as date) as timestamp) as first_midnight
    from opening_hours
),

offsets as (
    select 0 as days_on
    union all
    select 1 as days_on
    union all
    select 2 as days_on
),

-- A working day of another zone may lie in two or three days of UTC.
pieces as (
    select
        local_hours.calendar_id,
        greatest(
            local_hours.opens_at, {{ add_days('local_hours.first_midnight', 'offsets.days_on') }}
        ) as starts_at,
        least(
            local_hours.closes_at,
            {{ add_days('local_hours.first_midnight', 'offsets.days_on + 1') }}
        ) as closes_at
    from local_hours
    cross join offsets
),

calendar_ids as (
    select distinct calendar_id
    from calendars
),

boundaries as (
    select
        calendar_id,
        starts_at,
        {{ seconds_between('starts_at', 'closes_at') }} as open_seconds
    from pieces
    where closes_at > starts_at

    union all

    select
        calendar_ids.calendar_id,
        cast(utc_dates.calendar_date as timestamp) as starts_at,
        0 as open_seconds
    from utc_dates
    cross join calendar_ids
),

segments as (
    select
        boundaries.calendar_id,
        cast(boundaries.starts_at as date) as calendar_date,
        boundaries.starts_at,
        cast(max(boundaries.open_seconds) as bigint) as open_seconds
    from boundaries
    inner join utc_dates on cast(boundaries.starts_at as date) = utc_dates.calendar_date
    group by boundaries.calendar_id, boundaries.starts_at
)

select
    calendar_id,
    calendar_date,
    starts_at,
    coalesce(
        lead(starts_at) over (partition by calendar_id order by starts_at),
        cast({{ add_days('calendar_date', 1) }} as timestamp)
    ) as ends_at,
    open_seconds,
    cast(
        sum(open_seconds) over (
            partition by calendar_id
            order by starts_at
            rows between unbounded preceding and current row
        ) - open_seconds as bigint
    ) as open_seconds_before
from segments
