{{ config(enabled=is_source_enabled('intercom')) }}

with

conversations as (
    select * from {{ ref('base_intercom__conversations') }}
),

events as (
    select
        ticket_id,
        min(case when event_type = 'replied' then occurred_at end) as first_replied_at,
        max(case when event_type = 'solved' then occurred_at end) as solved_at,
        sum(case when event_type = 'reopened' then 1 else 0 end) as reopen_count,
        sum(case when event_type = 'transferred' then 1 else 0 end) as transfer_count,
        sum(
            case
                when event_type in ('replied', 'transferred', 'reopened', 'solved') then 1 else 0
            end
        ) as recorded_count
    from {{ ref('stg_intercom__ticket_events') }}
    group by ticket_id
)

-- A message of the company that nobody answered is no request.
select
    'intercom' as source_name,
    conversations.conversation_id as ticket_id,
    'intercom_contact_id' as customer_key_type,
    conversations.contact_id as customer_key,
    case
        when conversations.is_begun_by_customer then conversations.created_at
        else conversations.first_contact_replied_at
    end as opened_at,
    coalesce(conversations.first_admin_replied_at, events.first_replied_at) as first_replied_at,
    case
        when conversations.state = 'closed'
            then coalesce(conversations.last_closed_at, events.solved_at)
    end as solved_at,
    conversations.channel_id,
    conversations.topic as reason,
    case conversations.priority when 'priority' then 'high' when 'not_priority' then 'normal' end
        as priority,
    case conversations.state when 'snoozed' then 'pending' else conversations.state end as status,
    coalesce(teams.team_name, conversations.team_id) as team,
    conversations.assignee_id as agent_id,
    coalesce(
        conversations.reopen_count,
        case when events.recorded_count > 0 then events.reopen_count end
    ) as reopen_count,
    case when events.recorded_count > 0 then events.transfer_count end as transfer_count
from conversations
left join events on conversations.conversation_id = events.ticket_id
left join {{ source('intercom', 'teams') }} as teams on conversations.team_id = teams.team_id
where conversations.is_begun_by_customer or conversations.first_contact_replied_at is not null
