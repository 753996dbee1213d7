{{ config(enabled=is_source_enabled('zendesk')) }}

select
    'zendesk' as source_name,
    user_id as contact_id,
    'zendesk_user_id' as customer_key_type,
    user_id as customer_key,
    full_name,
    email,
    phone,
    created_at
from {{ ref('base_zendesk__users') }}
where is_customer
