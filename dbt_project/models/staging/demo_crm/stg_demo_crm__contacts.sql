{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    contact_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    full_name,
    lower(trim(email)) as email,
    phone,
    job_title,
    created_at
from {{ source('demo_crm', 'contacts') }}
