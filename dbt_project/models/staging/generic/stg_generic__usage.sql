{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    usage_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    user_id,
    feature,
    usage_date,
    event_count,
    active_seconds,
    error_count
from {{ source('generic', 'usage') }}
