{{ config(enabled=is_source_enabled('transcripts')) }}

with

conversations as (
    select * from {{ source('transcripts', 'conversations') }}
),

people as (
    select
        conversation_id,
        {{ explode_list(json_items('participants'), 'person', 'person_number') }}
    from conversations
),

-- The customer of a conversation is the first who is called so.
customers as (
    select
        conversation_id,
        {{ json_text('person', '$.id') }} as customer_id,
        {{ email_address(json_text('person', '$.email')) }} as email,
        nullif(trim({{ json_text('person', '$.phone') }}), '') as phone,
        nullif(trim({{ json_text('person', '$.external_id') }}), '') as external_id,
        row_number() over (partition by conversation_id order by person_number) as customer_number
    from people
    where lower({{ json_text('person', '$.role') }}) in ('customer', 'caller', 'visitor', 'user')
)

{% set keys = [
    ('email', 'customers.email'),
    ('phone', 'customers.phone'),
    (external_id_type('transcripts'), 'customers.external_id'),
] -%}
select
    conversations.conversation_id,
    case
        when lower(conversations.channel) in ('call', 'voice', 'phone', 'telephone') then 'phone'
        when lower(conversations.channel) in ('chat', 'webchat', 'messaging', 'whatsapp')
            then 'chat'
        when lower(conversations.channel) in ('in_app', 'sdk') then 'in_app'
        else lower(conversations.channel)
    end as channel_id,
    conversations.started_at,
    conversations.answered_at,
    conversations.ended_at,
    conversations.queue,
    conversations.queue_seconds,
    conversations.hold_seconds,
    conversations.outcome,
    conversations.agent_id,
    conversations.ticket_id,
    conversations.ticket_source,
    customers.email,
    customers.phone,
    customers.external_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key
from conversations
left join customers
    on
        conversations.conversation_id = customers.conversation_id
        and customers.customer_number = 1
