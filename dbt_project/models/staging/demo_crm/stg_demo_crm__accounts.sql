{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    account_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    account_name,
    true as is_organisation,
    account_type as business_model,
    segment,
    industry,
    country,
    employees as size_band,
    owner_id,
    created_at,
    is_test
from {{ source('demo_crm', 'accounts') }}
