{{ config(enabled=is_source_enabled('stripe')) }}

select
    'stripe' as source_name,
    customer_id as contact_id,
    'billing_customer_id' as customer_key_type,
    customer_id as customer_key,
    customer_name as full_name,
    {{ email_address('email') }} as email,
    phone,
    created_at
from {{ source('stripe', 'customers') }}
