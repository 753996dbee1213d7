{{ config(enabled=is_source_enabled('stripe')) }}

select
    'stripe' as source_name,
    charge_id as order_id,
    case
        when customer_id is not null then 'billing_customer_id'
        when email is not null then 'email'
    end as customer_key_type,
    coalesce(customer_id, email) as customer_key,
    created_at as ordered_at,
    'approved' as status,
    total_amount,
    currency,
    created_at as approved_at,
    refund_amount
from {{ ref('base_stripe__charges') }}
-- The shop's own book of orders goes before what was paid for them.
where
    outcome = 'success'
    and not is_of_invoice
    and {{ 'false' if is_supplied_elsewhere('orders', ['stripe', 'segment', 'ga4']) else 'true' }}
