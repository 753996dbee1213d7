{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    offer_event_id,
    offer_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    offered_at,
    channel_id,
    is_accepted,
    responded_at,
    amount,
    currency
from {{ source('generic', 'offers') }}
