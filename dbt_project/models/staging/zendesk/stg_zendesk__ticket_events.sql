{{ config(enabled=is_source_enabled('zendesk')) }}

with

tickets as (
    select * from {{ source('zendesk', 'tickets') }}
),

changes as (
    select * from {{ ref('base_zendesk__changes') }}
),

opened as (
    select
        ticket_id,
        created_at as occurred_at,
        'opened' as event_type,
        cast(null as varchar) as group_id,
        cast(null as varchar) as agent_id
    from tickets
),

-- A solution is the change to solved; what a ticket was created with has no value before it.
status_changes as (
    select
        ticket_id,
        changed_at as occurred_at,
        case
            when new_value = 'solved' and coalesce(old_value, '') <> 'solved' then 'solved'
            when
                old_value in ('solved', 'closed')
                and new_value in ('new', 'open', 'pending', 'hold', 'on-hold')
                then 'reopened'
        end as event_type,
        cast(null as varchar) as group_id,
        actor_id as agent_id
    from changes
    where field_name = 'status'
),

transfers as (
    select
        ticket_id,
        changed_at as occurred_at,
        'transferred' as event_type,
        new_value as group_id,
        actor_id as agent_id
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
        author_id as agent_id
    from {{ ref('base_zendesk__comments') }}
    where is_public and not is_by_customer
),

together as (
    select * from opened
    union
    select * from status_changes
    where event_type is not null
    union
    select * from transfers
    union
    select * from replies
),

numbered as (
    select
        *,
        row_number() over (
            partition by ticket_id, event_type
            order by occurred_at asc, group_id asc nulls first, agent_id asc nulls first
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
    numbered.agent_id
from numbered
left join {{ source('zendesk', 'groups') }} as teams on numbered.group_id = teams.group_id
