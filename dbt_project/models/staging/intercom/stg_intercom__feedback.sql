{{ config(enabled=is_source_enabled('intercom')) }}

with

conversations as (
    select * from {{ ref('base_intercom__conversations') }}
),

opening as (
    select
        'opening:' || conversation_id as feedback_id,
        conversation_id,
        contact_id,
        'indirect' as feedback_kind,
        false as is_solicited,
        channel_id,
        body as comment_text,
        cast(null as double) as rating,
        created_at as occurred_at
    from conversations
    where is_begun_by_customer and body is not null
),

replies as (
    select
        'part:' || parts.part_id as feedback_id,
        parts.conversation_id,
        parts.author_id as contact_id,
        'indirect' as feedback_kind,
        false as is_solicited,
        conversations.channel_id,
        parts.body as comment_text,
        cast(null as double) as rating,
        parts.created_at as occurred_at
    from {{ ref('base_intercom__parts') }} as parts
    left join conversations on parts.conversation_id = conversations.conversation_id
    where parts.is_by_customer and parts.body is not null and parts.part_type <> 'note'
),

remarks as (
    select
        'rating:' || conversation_id as feedback_id,
        conversation_id,
        contact_id,
        'direct' as feedback_kind,
        true as is_solicited,
        channel_id,
        remark as comment_text,
        cast(rating as double) as rating,
        coalesce(rated_at, created_at) as occurred_at
    from conversations
    where remark is not null
),

together as (
    select * from opening
    union all
    select * from replies
    union all
    select * from remarks
)

select
    'intercom' as source_name,
    feedback_id,
    'intercom_contact_id' as customer_key_type,
    contact_id as customer_key,
    case when is_solicited then 'rating:' || conversation_id end as response_id,
    feedback_kind,
    is_solicited,
    channel_id,
    case when is_solicited then 'intercom_conversation' end as survey_id,
    comment_text,
    rating,
    occurred_at
from together
