{{ config(enabled=is_source_enabled('zendesk')) }}

-- Only the older good-or-bad ratings say when they were offered.
select
    'zendesk' as source_name,
    response_id as invitation_id,
    survey_id,
    'zendesk_user_id' as customer_key_type,
    requester_id as customer_key,
    channel_id,
    offered_at as sent_at,
    answered_at as completed_at,
    false as is_bounced
from {{ ref('base_zendesk__ratings') }}
where offered_at is not null
