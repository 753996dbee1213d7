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

time_index as (
    select * from {{ ref('int_business_time_index') }}
),

teams as (
    select * from {{ ref('service_teams') }}
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

-- Each team works by its own calendar; one that the seed does not name, by that of everybody else.
assigned as (
    select
        causes.*,
        rules.rule_name,
        rules.kind,
        rules.team,
        rules.priority,
        rules.recommended_action,
        rules.due_business_hours,
        coalesce(own_team.calendar_id, any_team.calendar_id) as calendar_id
    from causes
    inner join rules on causes.rule_id = rules.rule_id
    left join teams as own_team on rules.team = own_team.team
    left join teams as any_team on any_team.team = '*'
    where causes.sighting = 1
),

-- A case opened outside hours stands at the next opening.
clocked as (
    select
        assigned.*,
        {{ business_clock('calendar', 'assigned.opened_at') }}
        + assigned.due_business_hours * 3600 as due_clock
    from assigned
    inner join calendar
        on {{ is_segment_of('calendar', 'assigned.calendar_id', 'assigned.opened_at') }}
),

due as (
    select
        clocked.*,
        {{ business_moment('time_index', 'clocked.due_clock') }} as due_at
    from clocked
    left join time_index
        on {{ is_stretch_of('time_index', 'clocked.calendar_id', 'clocked.due_clock') }}
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
