with

signals as (
    select * from {{ ref('int_case_signals') }}
),

rules as (
    select * from {{ ref('alert_rules') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

calendar as (
    select * from {{ ref('int_business_calendar') }}
),

-- The same cause seen twice is one case, open since it was first seen.
causes as (
    select
        *,
        row_number() over (
            partition by rule_id, customer_id, cause_id
            order by opened_at, cause
        ) as sighting
    from signals
),

-- Business seconds counted from the start of the calendar turn "so many business hours later" into
-- an addition: a case opened outside hours stands at the next opening.
clocked as (
    select
        causes.*,
        rules.rule_name,
        rules.kind,
        rules.team,
        rules.priority,
        rules.recommended_action,
        calendar.open_seconds_before
        + least(
            greatest({{ seconds_between('calendar.opens_at', 'causes.opened_at') }}, 0),
            calendar.open_seconds
        )
        + rules.due_business_hours * 3600 as due_open_second
    from causes
    inner join rules on causes.rule_id = rules.rule_id
    inner join calendar on cast(causes.opened_at as date) = calendar.calendar_date
    where causes.sighting = 1
),

due as (
    select
        clocked.*,
        {{ seconds_later(
            'calendar.opens_at', 'clocked.due_open_second - calendar.open_seconds_before'
        ) }} as due_at
    from clocked
    left join calendar
        on
            clocked.due_open_second > calendar.open_seconds_before
            and clocked.due_open_second <= calendar.open_seconds_before + calendar.open_seconds
)

select
    {{ dbt.hash("concat(due.rule_id, '|', due.customer_id, '|', due.cause_id)") }} as case_id,
    due.rule_id,
    due.rule_name,
    due.kind,
    due.customer_id,
    customers.customer_label,
    customers.segment,
    due.team,
    customers.owner_id,
    due.priority,
    due.recommended_action,
    due.cause,
    due.opened_at,
    due.due_at,
    case when due.due_at < {{ as_of_end() }} then 'overdue' else 'new' end as status,
    due.value_amount,
    due.currency
from due
inner join customers on due.customer_id = customers.customer_id
