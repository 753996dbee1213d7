{{ config(enabled=is_source_enabled('salesforce')) }}

select
    'salesforce' as source_name,
    contact_id,
    case when account_id is not null then 'crm_account_id' else 'crm_contact_id' end
        as customer_key_type,
    coalesce(account_id, contact_id) as customer_key,
    full_name,
    email,
    coalesce(mobile_phone, phone) as phone,
    job_title,
    created_at
from {{ ref('base_salesforce__contacts') }}
