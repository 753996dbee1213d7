{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    invitation_id,
    survey_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    channel_id,
    sent_at,
    delivered_at,
    opened_at,
    started_at,
    completed_at,
    is_bounced
from {{ source('generic', 'survey_invitations') }}
