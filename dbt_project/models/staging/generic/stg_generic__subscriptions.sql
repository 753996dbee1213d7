{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    subscription_change_id,
    subscription_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    changed_at,
    change_type,
    status,
    plan_id,
    seats,
    mrr_amount,
    currency,
    contract_months
from {{ source('generic', 'subscriptions') }}
