{{ config(enabled=is_source_enabled('intercom')) }}

select
    'intercom' as source_name,
    contact_id,
    'intercom_contact_id' as customer_key_type,
    contact_id as customer_key,
    full_name,
    email,
    phone,
    created_at
from {{ ref('base_intercom__contacts') }}
where not is_anonymous and not is_spam
