{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    consent_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    purpose,
    is_granted,
    updated_at
from {{ source('generic', 'consents') }}
