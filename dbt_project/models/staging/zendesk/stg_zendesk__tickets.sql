{{ config(enabled=is_source_enabled('zendesk')) }}

with

tickets as (
    select * from {{ source('zendesk', 'tickets') }}
),

metrics as (
    select * from {{ source('zendesk', 'ticket_metrics') }}
),

first_replies as (
    select
        ticket_id,
        min(occurred_at) as first_replied_at
    from {{ source('zendesk', 'ticket_metric_events') }}
    where metric = 'reply_time' and event_type = 'fulfill'
    group by ticket_id
),

events as (
    select
        ticket_id,
        min(case when event_type = 'replied' then occurred_at end) as first_replied_at,
        max(case when event_type = 'solved' then occurred_at end) as solved_at,
        max(case when event_type = 'reopened' then occurred_at end) as reopened_at,
        sum(case when event_type = 'reopened' then 1 else 0 end) as reopen_count,
        sum(case when event_type = 'transferred' then 1 else 0 end) as transfer_count,
        sum(
            case
                when event_type in ('replied', 'transferred', 'reopened', 'solved') then 1 else 0
            end
        ) as recorded_count
    from {{ ref('stg_zendesk__ticket_events') }}
    group by ticket_id
)

select
    'zendesk' as source_name,
    tickets.ticket_id,
    'zendesk_user_id' as customer_key_type,
    tickets.requester_id as customer_key,
    tickets.created_at as opened_at,
    -- The moment that the vendor measured, else the first public comment of an agent, else the
    -- minutes that it counted, which are whole ones.
    coalesce(
        first_replies.first_replied_at,
        events.first_replied_at,
        {{ seconds_later(
            'tickets.created_at',
            '60 * coalesce(metrics.reply_minutes, tickets.reply_minutes)'
        ) }}
    ) as first_replied_at,
    coalesce(
        metrics.solved_at,
        tickets.solved_at,
        case
            when coalesce(events.reopened_at, events.solved_at) <= events.solved_at
                then events.solved_at
        end
    ) as solved_at,
    {{ zendesk_channel('tickets.channel') }} as channel_id,
    tickets.ticket_type as reason,
    tickets.priority,
    case tickets.status
        when 'new' then 'open'
        when 'hold' then 'pending'
        when 'on-hold' then 'pending'
        else tickets.status
    end as status,
    coalesce(teams.group_name, tickets.group_id) as team,
    tickets.assignee_id as agent_id,
    -- Nothing recorded of a ticket is no zero.
    coalesce(
        metrics.reopen_count,
        tickets.reopen_count,
        case when events.recorded_count > 0 then events.reopen_count end
    ) as reopen_count,
    coalesce(
        metrics.group_station_count - 1,
        tickets.group_station_count - 1,
        case when events.recorded_count > 0 then events.transfer_count end
    ) as transfer_count
from tickets
left join metrics on tickets.ticket_id = metrics.ticket_id
left join first_replies on tickets.ticket_id = first_replies.ticket_id
left join events on tickets.ticket_id = events.ticket_id
left join {{ source('zendesk', 'groups') }} as teams on tickets.group_id = teams.group_id
