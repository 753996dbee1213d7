{{ config(enabled=is_source_enabled('intercom')) }}

-- The vendor keeps when a rating was asked for, not when it was given.
select
    'intercom' as source_name,
    'rating:' || conversation_id as answer_id,
    'rating:' || conversation_id as response_id,
    'intercom_conversation' as survey_id,
    'rating' as question_id,
    'intercom_contact_id' as customer_key_type,
    contact_id as customer_key,
    coalesce(rated_at, created_at) as answered_at,
    cast(rating as double) as score,
    channel_id
from {{ ref('base_intercom__conversations') }}
where rating is not null
