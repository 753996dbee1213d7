{{ config(enabled=is_source_enabled('zendesk')) }}

with

tickets as (
    select * from {{ source('zendesk', 'tickets') }}
),

changes as (
    select * from {{ ref('base_zendesk__changes') }}
),

-- What a ticket was created with has no value before it.
first_values as (
    select
        changes.ticket_id,
        max(case when changes.field_name = 'status' then changes.new_value end) as status,
        max(case when changes.field_name = 'priority' then changes.new_value end) as priority
    from changes
    inner join tickets on changes.ticket_id = tickets.ticket_id
    where
        changes.old_value is null
        and changes.field_name in ('status', 'priority')
        and changes.changed_at <= tickets.created_at
    group by changes.ticket_id
),

opened as (
    select
        tickets.ticket_id,
        tickets.created_at as occurred_at,
        'opened' as event_type,
        cast(null as varchar) as group_id,
        cast(null as varchar) as agent_id,
        first_values.status,
        first_values.priority
    from tickets
    left join first_values on tickets.ticket_id = first_values.ticket_id
),

-- A solution is the change to solved; that a solved ticket is closed later changes nothing.
status_changes as (
    select
        changes.ticket_id,
        changes.changed_at as occurred_at,
        case
            when changes.new_value = 'solved' and coalesce(changes.old_value, '') <> 'solved'
                then 'solved'
            when
                changes.old_value in ('solved', 'closed')
                and changes.new_value in ('new', 'open', 'pending', 'hold', 'on-hold')
                then 'reopened'
            when changes.old_value is not null and changes.old_value <> changes.new_value
                then 'status_changed'
        end as event_type,
        cast(null as varchar) as group_id,
        changes.actor_id as agent_id,
        changes.new_value as status,
        cast(null as varchar) as priority
    from changes
    where changes.field_name = 'status'
),

priority_changes as (
    select
        changes.ticket_id,
        changes.changed_at as occurred_at,
        'priority_changed' as event_type,
        cast(null as varchar) as group_id,
        changes.actor_id as agent_id,
        cast(null as varchar) as status,
        changes.new_value as priority
    from changes
    left join tickets on changes.ticket_id = tickets.ticket_id
    where
        changes.field_name = 'priority'
        and changes.new_value is not null
        and (changes.old_value is not null or changes.changed_at > tickets.created_at)
        and coalesce(changes.old_value, '') <> changes.new_value
),

transfers as (
    select
        ticket_id,
        changed_at as occurred_at,
        'transferred' as event_type,
        new_value as group_id,
        actor_id as agent_id,
        cast(null as varchar) as status,
        cast(null as varchar) as priority
    from changes
    where
        field_name = 'group_id'
        and old_value is not null
        and new_value is not null
        and new_value <> old_value
),

replies as (
    select
        ticket_id,
        created_at as occurred_at,
        'replied' as event_type,
        cast(null as varchar) as group_id,
        author_id as agent_id,
        cast(null as varchar) as status,
        cast(null as varchar) as priority
    from {{ ref('base_zendesk__comments') }}
    where is_public and not is_by_customer
),

-- The first message is the request itself.
messages as (
    select
        comments.ticket_id,
        comments.created_at as occurred_at,
        'customer_replied' as event_type,
        cast(null as varchar) as group_id,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as status,
        cast(null as varchar) as priority
    from {{ ref('base_zendesk__comments') }} as comments
    inner join tickets on comments.ticket_id = tickets.ticket_id
    where comments.is_by_customer and comments.created_at > tickets.created_at
),

together as (
    select * from opened
    union
    select * from status_changes
    where event_type is not null
    union
    select * from transfers
    union
    select * from priority_changes
    union
    select * from replies
    union
    select * from messages
),

numbered as (
    select
        *,
        row_number() over (
            partition by ticket_id, event_type
            order by
                occurred_at asc,
                group_id asc nulls first,
                agent_id asc nulls first,
                status asc nulls first,
                priority asc nulls first
        ) as event_number
    from together
)

select
    'zendesk' as source_name,
    numbered.ticket_id || ':' || numbered.event_type || ':'
    || cast(numbered.event_number as varchar) as ticket_event_id,
    numbered.ticket_id,
    numbered.occurred_at,
    numbered.event_type,
    coalesce(teams.group_name, numbered.group_id) as team,
    numbered.agent_id,
    case numbered.status when 'on-hold' then 'hold' else numbered.status end as status,
    numbered.priority
from numbered
left join {{ source('zendesk', 'groups') }} as teams on numbered.group_id = teams.group_id
