{{ config(enabled=is_source_enabled('demo_billing')) }}

select
    'demo_billing' as source_name,
    event_id as interaction_id,
    'billing_customer_id' as customer_key_type,
    billing_customer_id as customer_key,
    event_type as event_name,
    'email' as channel_id,
    occurred_at,
    outcome,
    'billing' as team,
    _load_id as load_id
from {{ source('demo_billing', 'events') }}
