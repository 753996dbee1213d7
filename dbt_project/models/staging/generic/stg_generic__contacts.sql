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
    created_at,
    first_name,
    last_name,
    birth_date,
    postcode,
    city,
    address_line
from {{ source('generic', 'contacts') }}
