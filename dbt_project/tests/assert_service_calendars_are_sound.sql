{{ config(meta={'dagster': {'ref': {'name': 'service_calendars'}}}) }}

-- A calendar has one zone, opens before it closes, no two openings of a day overlap, holidays name
-- a calendar that exists, and there is one for teams without a row.

with

hours as (
    select
        calendar_id,
        time_zone,
        weekday,
        {{ seconds_past_midnight('opens_at') }} as opens_second,
        {{ seconds_past_midnight('closes_at') }} as closes_second,
        lead({{ seconds_past_midnight('opens_at') }}) over (
            partition by calendar_id, weekday order by opens_at, closes_at
        ) as next_opens_second
    from {{ ref('service_calendars') }}
),

holidays as (
    select * from {{ ref('service_holidays') }}
),

teams as (
    select * from {{ ref('service_teams') }}
)

select
    'closes before it opens, or overlaps' as problem,
    calendar_id
from hours
where
    closes_second <= opens_second
    or closes_second > 86400
    or next_opens_second < closes_second

union all

select
    'several time zones' as problem,
    calendar_id
from hours
group by calendar_id
having count(distinct time_zone) > 1

union all

select
    'a holiday of no calendar' as problem,
    holidays.calendar_id
from holidays
left join hours on holidays.calendar_id = hours.calendar_id
where hours.calendar_id is null and holidays.calendar_id <> '*'
group by holidays.calendar_id

union all

select
    'no calendar for teams without a row' as problem,
    cast(null as varchar) as calendar_id
from teams
having count(case when team = '*' then 1 end) = 0
