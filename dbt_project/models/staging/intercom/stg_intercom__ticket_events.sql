{{ config(enabled=is_source_enabled('intercom')) }}

with

conversations as (
    select * from {{ ref('base_intercom__conversations') }}
    where is_begun_by_customer or first_contact_replied_at is not null
),

parts as (
    select * from {{ ref('base_intercom__parts') }}
),

teams as (
    select * from {{ source('intercom', 'teams') }}
),

opened as (
    select
        'opened:' || conversation_id as ticket_event_id,
        conversation_id,
        case when is_begun_by_customer then created_at else first_contact_replied_at end
            as occurred_at,
        'opened' as event_type,
        cast(null as varchar) as team_id,
        cast(null as varchar) as agent_id,
        'open' as status
    from conversations
),

team_assignments as (
    select
        *,
        lag(assigned_to_id) over (
            partition by conversation_id
            order by created_at, part_id
        ) as former_team_id
    from parts
    where assigned_to_type = 'team'
),

handled as (
    select
        part_id as ticket_event_id,
        conversation_id,
        created_at as occurred_at,
        case
            when part_type = 'close' then 'solved'
            when part_type = 'open' then 'reopened'
            when part_type in ('snoozed', 'unsnoozed', 'timer_unsnooze') then 'status_changed'
            when is_by_customer then 'customer_replied'
            else 'replied'
        end as event_type,
        cast(null as varchar) as team_id,
        case when not is_by_customer then author_id end as agent_id,
        case
            when part_type = 'close' then 'solved'
            when part_type = 'snoozed' then 'pending'
            when part_type in ('open', 'unsnoozed', 'timer_unsnooze') then 'open'
        end as status
    from parts
    where
        part_type in ('close', 'open', 'snoozed', 'unsnoozed', 'timer_unsnooze')
        or (part_type = 'comment' and is_by_customer and body is not null)
        or (part_type in ('comment', 'assignment') and not is_by_customer and body is not null)
    union all
    select
        part_id || ':team' as ticket_event_id,
        conversation_id,
        created_at as occurred_at,
        'transferred' as event_type,
        assigned_to_id as team_id,
        author_id as agent_id,
        cast(null as varchar) as status
    from team_assignments
    where former_team_id <> assigned_to_id
),

together as (
    select * from opened
    union all
    select handled.*
    from handled
    inner join conversations on handled.conversation_id = conversations.conversation_id
)

select
    'intercom' as source_name,
    together.ticket_event_id,
    together.conversation_id as ticket_id,
    together.occurred_at,
    together.event_type,
    coalesce(teams.team_name, together.team_id) as team,
    together.agent_id,
    together.status
from together
left join teams on together.team_id = teams.team_id
