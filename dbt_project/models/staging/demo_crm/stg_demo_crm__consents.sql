{{ config(enabled=is_source_enabled('demo_crm')) }}

select
    'demo_crm' as source_name,
    consent_id,
    'email' as customer_key_type,
    lower(trim(email)) as customer_key,
    purpose,
    granted as is_granted,
    updated_at
from {{ source('demo_crm', 'consents') }}
