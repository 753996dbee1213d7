{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

with

events as (
    select * from {{ ref('base_italian_helpdesk__events') }}
),

compared as (
    select
        *,
        lag(workgroup) over (partition by ticket_id order by event_number) as workgroup_before,
        lag(priority) over (partition by ticket_id order by event_number) as priority_before,
        max(case when activity in ('Resolve ticket', 'Closed') then event_number end) over (
            partition by ticket_id
            order by event_number
            rows between unbounded preceding and 1 preceding
        ) as solved_number,
        max(
            case
                when activity in ('Assign seriousness', 'Take in charge ticket', 'Wait')
                    then event_number
            end
        ) over (
            partition by ticket_id
            order by event_number
            rows between unbounded preceding and 1 preceding
        ) as worked_number
    from events
),

-- Work after a solution opens the ticket again. What waits does so for the customer or for somebody
-- else, the log does not say; to the customer it is waiting, so it counts as on hold.
events_of_tickets as (
    select
        ticket_id,
        ticket_id || '/' || cast(event_number as varchar) as ticket_event_id,
        occurred_at,
        case
            when event_number = 1 then 'opened'
            when activity in ('Resolve ticket', 'Closed') then 'solved'
            when
                activity in ('Assign seriousness', 'Take in charge ticket', 'Wait')
                and solved_number > coalesce(worked_number, 0)
                then 'reopened'
            when activity = 'Require upgrade' then 'escalated'
            when activity in ('Take in charge ticket', 'Wait') then 'status_changed'
            when priority <> priority_before then 'priority_changed'
            else replace(lower(activity), ' ', '_')
        end as event_type,
        workgroup as team,
        resource as agent_id,
        case
            when activity = 'Resolve ticket' then 'solved'
            when activity = 'Closed' then 'closed'
            when activity = 'Wait' then 'hold'
            when activity in ('Assign seriousness', 'Take in charge ticket') then 'open'
        end as status,
        case when event_number = 1 or priority <> priority_before then priority end as priority
    from compared
),

handovers as (
    select
        ticket_id,
        ticket_id || '/' || cast(event_number as varchar) || '/team' as ticket_event_id,
        occurred_at,
        'transferred' as event_type,
        workgroup as team,
        resource as agent_id,
        cast(null as varchar) as status,
        cast(null as varchar) as priority
    from compared
    where workgroup <> workgroup_before
),

together as (
    select * from events_of_tickets
    union all
    select * from handovers
)

select
    'italian_helpdesk' as source_name,
    ticket_event_id,
    ticket_id,
    occurred_at,
    event_type,
    team,
    agent_id,
    status,
    priority
from together
