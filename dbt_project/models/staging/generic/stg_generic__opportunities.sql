{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    opportunity_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    created_at,
    stage,
    kind,
    amount,
    currency,
    closed_at,
    is_won,
    lead_channel
from {{ source('generic', 'opportunities') }}
