{{ config(enabled=is_source_enabled('demo_billing')) }}

with customers as (
    select
        'customer:' || billing_customer_id as source_record_id,
        billing_customer_id,
        lower(trim(email)) as email,
        crm_account_id,
        created_at as observed_at
    from {{ source('demo_billing', 'customers') }}
)

select
    'demo_billing' as source_name,
    source_record_id,
    'billing_customer_id' as identity_type,
    billing_customer_id as identity_value,
    observed_at
from customers
union all
select
    'demo_billing' as source_name,
    source_record_id,
    'email' as identity_type,
    email as identity_value,
    observed_at
from customers
union all
select
    'demo_billing' as source_name,
    source_record_id,
    'crm_account_id' as identity_type,
    crm_account_id as identity_value,
    observed_at
from customers
where crm_account_id is not null
