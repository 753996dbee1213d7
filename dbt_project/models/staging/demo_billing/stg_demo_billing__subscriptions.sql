{{ config(enabled=is_source_enabled('demo_billing')) }}

select
    'demo_billing' as source_name,
    change_id as subscription_change_id,
    subscription_id,
    'billing_customer_id' as customer_key_type,
    billing_customer_id as customer_key,
    changed_at,
    change_type,
    status,
    plan_id,
    seats,
    mrr as mrr_amount,
    currency,
    contract_months
from {{ source('demo_billing', 'subscription_changes') }}
