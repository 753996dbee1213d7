{{ config(enabled=is_source_enabled('transcripts')) }}

with

conversations as (
    select * from {{ ref('base_transcripts__conversations') }}
),

transfers as (
    select * from {{ ref('base_transcripts__transfers') }}
),

moments as (
    select
        conversation_id as interaction_id,
        conversation_id,
        case
            when lower(coalesce(outcome, '')) = 'abandoned' then channel_id || '_abandoned'
            else channel_id || '_held'
        end as event_name,
        channel_id,
        started_at as occurred_at,
        ended_at,
        cast(null as double) as duration_seconds,
        outcome,
        queue as team,
        agent_id
    from conversations
    union all
    select
        conversation_id || ':queue' as interaction_id,
        conversation_id,
        'waited_in_queue' as event_name,
        channel_id,
        started_at as occurred_at,
        answered_at as ended_at,
        queue_seconds as duration_seconds,
        cast(null as varchar) as outcome,
        queue as team,
        cast(null as varchar) as agent_id
    from conversations
    where queue_seconds > 0
    union all
    -- Transcripts count the seconds on hold, not when they were.
    select
        conversation_id || ':hold' as interaction_id,
        conversation_id,
        'put_on_hold' as event_name,
        channel_id,
        coalesce(answered_at, started_at) as occurred_at,
        cast(null as timestamp) as ended_at,
        hold_seconds as duration_seconds,
        cast(null as varchar) as outcome,
        queue as team,
        agent_id
    from conversations
    where hold_seconds > 0
    union all
    -- Where the ticket is known, its own events tell of the transfer.
    select
        transfers.conversation_id || ':transfer:' || cast(transfers.transfer_number as varchar)
            as interaction_id,
        transfers.conversation_id,
        'conversation_transferred' as event_name,
        conversations.channel_id,
        transfers.transferred_at as occurred_at,
        cast(null as timestamp) as ended_at,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as outcome,
        transfers.to_team as team,
        transfers.agent_id
    from transfers
    inner join conversations on transfers.conversation_id = conversations.conversation_id
    where conversations.ticket_id is null or conversations.ticket_source is null
)

-- Tells no load: a conversation is put together of its turns.
select
    'transcripts' as source_name,
    moments.interaction_id,
    conversations.customer_key_type,
    conversations.customer_key,
    moments.event_name,
    moments.channel_id,
    moments.occurred_at,
    moments.ended_at,
    'conversation' as related_type,
    moments.conversation_id as related_id,
    moments.outcome,
    moments.duration_seconds,
    moments.team,
    moments.agent_id
from moments
inner join conversations on moments.conversation_id = conversations.conversation_id
