{{ config(enabled=is_source_enabled('transcripts')) }}

with

transfers as (
    select
        conversation_id,
        {{ explode_list(json_items('transfers'), 'transfer', 'transfer_number') }}
    from {{ source('transcripts', 'conversations') }}
)

select
    transfers.conversation_id,
    transfers.transfer_number,
    -- Seconds from the start, as telephone systems count, or never before it.
    {{ seconds_later(
        'conversations.started_at',
        "coalesce(" ~ plain_number(json_text('transfers.transfer', '$.offset_seconds')) ~ ", 0)"
    ) }} as transferred_at,
    {{ json_text('transfers.transfer', '$.to') }} as to_team,
    {{ json_text('transfers.transfer', '$.agent_id') }} as agent_id
from transfers
inner join {{ ref('base_transcripts__conversations') }} as conversations
    on transfers.conversation_id = conversations.conversation_id
