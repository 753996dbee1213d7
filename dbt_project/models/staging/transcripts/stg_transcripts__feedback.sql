{{ config(enabled=is_source_enabled('transcripts')) }}

with

conversations as (
    select * from {{ ref('base_transcripts__conversations') }}
),

-- Single turns are too short to be about anything; a conversation is one comment.
said as (
    select
        conversation_id,
        {{ dbt.listagg('turn_text', "' '", 'order by turn_number') }} as comment_text
    from {{ ref('base_transcripts__turns') }}
    where is_by_customer and turn_text is not null
    group by conversation_id
)

select
    'transcripts' as source_name,
    conversations.conversation_id as feedback_id,
    conversations.customer_key_type,
    conversations.customer_key,
    'indirect' as feedback_kind,
    false as is_solicited,
    conversations.channel_id,
    said.comment_text,
    conversations.started_at as occurred_at
from said
inner join conversations on said.conversation_id = conversations.conversation_id
