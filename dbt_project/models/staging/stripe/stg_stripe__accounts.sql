{{ config(enabled=is_source_enabled('stripe')) }}

select
    'stripe' as source_name,
    customer_id as account_id,
    'billing_customer_id' as customer_key_type,
    customer_id as customer_key,
    customer_name as account_name,
    country,
    created_at,
    not coalesce(livemode, true) as is_test
from {{ source('stripe', 'customers') }}
