{{ config(enabled=is_source_enabled('transcripts')) }}

-- Calls handed on while a ticket of the help desk was open: they belong to that ticket, so they
-- name the source that holds it.
select
    conversations.ticket_source as source_name,
    'transcripts:' || transfers.conversation_id || ':transfer:'
    || cast(transfers.transfer_number as varchar) as ticket_event_id,
    conversations.ticket_id,
    transfers.transferred_at as occurred_at,
    'transferred' as event_type,
    transfers.to_team as team,
    transfers.agent_id
from {{ ref('base_transcripts__transfers') }} as transfers
inner join {{ ref('base_transcripts__conversations') }} as conversations
    on transfers.conversation_id = conversations.conversation_id
where conversations.ticket_id is not null and conversations.ticket_source is not null
