{{ config(enabled=is_source_enabled('demo_marketing')) }}

select
    'demo_marketing' as source_name,
    event_id as interaction_id,
    'email' as customer_key_type,
    lower(trim(recipient)) as customer_key,
    'mail_' || mail_event as event_name,
    case when mail_event in ('landing', 'redeem') then 'web' else 'email' end as channel_id,
    occurred_at,
    'campaign' as related_type,
    mail_id as related_id,
    _load_id as load_id
from {{ source('demo_marketing', 'mails') }}
