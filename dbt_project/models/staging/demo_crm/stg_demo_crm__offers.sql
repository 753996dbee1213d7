{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    offer_event_id,
    offer_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    offered_at,
    channel_id,
    case accepted when 'yes' then true when 'no' then false end as is_accepted,
    responded_at,
    amount,
    currency
from {{ source('demo_crm', 'offers') }}
