{{ config(enabled=is_source_enabled('zendesk')) }}

with

tickets as (
    select
        *,
        {{ zendesk_channel('channel') }} as channel_id
    from {{ source('zendesk', 'tickets') }}
),

comments as (
    select * from {{ ref('base_zendesk__comments') }}
),

-- A long chat becomes several tickets; it is told once.
chats as (
    select
        chat_id,
        min(ticket_id) as ticket_id
    from {{ source('zendesk', 'ticket_chats') }}
    group by chat_id
),

ratings as (
    select
        answer_id || ':comment' as feedback_id,
        requester_id,
        response_id,
        'direct' as feedback_kind,
        true as is_solicited,
        channel_id,
        survey_id,
        comment_text,
        cast(score as double) as rating,
        answered_at as occurred_at
    from {{ ref('base_zendesk__ratings') }}
    where comment_text is not null and answered_at is not null
),

-- What customers wrote to support; notes among agents and their answers are not feedback.
written as (
    select
        'comment:' || comments.comment_id as feedback_id,
        comments.author_id as requester_id,
        cast(null as varchar) as response_id,
        'indirect' as feedback_kind,
        false as is_solicited,
        tickets.channel_id,
        cast(null as varchar) as survey_id,
        comments.body as comment_text,
        cast(null as double) as rating,
        comments.created_at as occurred_at
    from comments
    left join tickets on comments.ticket_id = tickets.ticket_id
    where comments.is_public and comments.is_by_customer and comments.body is not null
),

-- A ticket's description is its first comment; it stands alone where comments were not exported.
described as (
    select
        'description:' || ticket_id as feedback_id,
        requester_id,
        cast(null as varchar) as response_id,
        'indirect' as feedback_kind,
        false as is_solicited,
        channel_id,
        cast(null as varchar) as survey_id,
        trim(description) as comment_text,
        cast(null as double) as rating,
        created_at as occurred_at
    from tickets
    where
        trim(description) <> ''
        and ticket_id not in (select comments.ticket_id from comments)
),

said as (
    select
        'chat:' || messages.chat_id || ':' || cast(messages.chat_index as varchar) || ':'
        || cast(messages.created_at as varchar) as feedback_id,
        tickets.requester_id,
        cast(null as varchar) as response_id,
        'indirect' as feedback_kind,
        false as is_solicited,
        'chat' as channel_id,
        cast(null as varchar) as survey_id,
        trim(messages.message) as comment_text,
        cast(null as double) as rating,
        messages.created_at as occurred_at
    from {{ source('zendesk', 'ticket_chat_events') }} as messages
    inner join chats on messages.chat_id = chats.chat_id
    inner join tickets on chats.ticket_id = tickets.ticket_id
    where
        messages.event_type = 'ChatMessage'
        -- Agents, bots and triggers speak too; only the person is named by a bare number.
        and messages.actor_id = tickets.requester_id
        and trim(messages.message) <> ''
),

together as (
    select * from ratings
    union all
    select * from written
    union all
    select * from described
    union all
    select * from said
)

select
    'zendesk' as source_name,
    feedback_id,
    'zendesk_user_id' as customer_key_type,
    requester_id as customer_key,
    response_id,
    feedback_kind,
    is_solicited,
    channel_id,
    survey_id,
    comment_text,
    rating,
    occurred_at
from together
