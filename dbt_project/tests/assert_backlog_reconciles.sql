{{ config(meta={'dagster': {'ref': {'name': 'mart_service_backlog'}}}) }}

-- Open yesterday + opened + reopened - solved = open today, teams add up to all, and what is open
-- at the end is what tickets say of themselves.

with

backlog as (
    select
        *,
        lag(open_at_end) over (partition by team order by calendar_date) as open_yesterday
    from {{ ref('mart_service_backlog') }}
),

service as (
    select * from {{ ref('fct_ticket_service') }}
),

last_day as (
    select sum(open_at_end) as open_count
    from backlog
    where team = 'all' and calendar_date = {{ as_of_date() }}
),

open_tickets as (
    select count(*) as open_count
    from service
    where not is_solved
)

select
    'a day does not follow from the one before' as problem,
    calendar_date,
    team
from backlog
where
    open_at_end <> open_at_start + opened + reopened - solved
    or open_at_start <> open_yesterday
    or open_at_end < 0
    or (open_at_end > 0 and age_days_p50 is null)

union all

select
    'teams do not add up to all' as problem,
    calendar_date,
    'all' as team
from backlog
group by calendar_date
having
    sum(case when team = 'all' then open_at_end else 0 end)
    <> sum(case when team <> 'all' then open_at_end else 0 end)

union all

select
    'the last day differs from the tickets' as problem,
    cast(null as date) as calendar_date,
    'all' as team
from last_day
cross join open_tickets
where coalesce(last_day.open_count, 0) <> open_tickets.open_count
