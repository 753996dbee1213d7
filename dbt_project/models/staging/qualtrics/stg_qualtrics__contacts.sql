{{ config(enabled=is_source_enabled('qualtrics')) }}

select
    'qualtrics' as source_name,
    contact_id,
    'qualtrics_contact_id' as customer_key_type,
    contact_id as customer_key,
    full_name,
    email,
    phone,
    created_at
from {{ ref('base_qualtrics__contacts') }}
