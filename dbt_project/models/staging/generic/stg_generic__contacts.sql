{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    contact_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    full_name,
    lower(trim(email)) as email,
    phone,
    job_title,
    created_at
from {{ source('generic', 'contacts') }}
