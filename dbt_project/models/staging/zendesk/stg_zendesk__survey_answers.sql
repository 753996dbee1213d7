{{ config(enabled=is_source_enabled('zendesk')) }}

select
    'zendesk' as source_name,
    answer_id,
    case when offered_at is not null then response_id end as invitation_id,
    response_id,
    survey_id,
    question_id,
    'zendesk_user_id' as customer_key_type,
    requester_id as customer_key,
    answered_at,
    score,
    answer_text,
    channel_id
from {{ ref('base_zendesk__ratings') }}
where
    answered_at is not null
    and coalesce(cast(score as varchar), answer_text) is not null
