{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    opportunity_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    created_at,
    stage,
    kind,
    amount,
    currency,
    closed_at,
    case stage when 'closed_won' then true when 'closed_lost' then false end as is_won,
    lead_channel
from {{ source('demo_crm', 'opportunities') }}
