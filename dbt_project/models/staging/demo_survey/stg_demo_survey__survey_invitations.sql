{{ config(enabled=is_source_enabled('demo_survey')) }}

select
    'demo_survey' as source_name,
    invitation_id,
    survey_id,
    'email' as customer_key_type,
    lower(trim(recipient)) as customer_key,
    channel_id,
    sent_at,
    delivered_at,
    opened_at,
    started_at,
    completed_at,
    is_bounced
from {{ source('demo_survey', 'invitations') }}
