{{ config(enabled=is_source_enabled('demo_survey')) }}

select
    'demo_survey' as source_name,
    review_id as interaction_id,
    case when verified_email is not null then 'email' end as customer_key_type,
    lower(trim(verified_email)) as customer_key,
    'review_posted' as event_name,
    'social' as channel_id,
    posted_at as occurred_at,
    site as page,
    _load_id as load_id
from {{ source('demo_survey', 'reviews') }}
