{{ config(enabled=is_source_enabled('zendesk')) }}

select
    user_id,
    -- An export without roles holds customers; agents are marked wherever there are any.
    coalesce(lower(role), 'end-user') = 'end-user' as is_customer,
    organization_id,
    full_name,
    {{ email_address('email') }} as email,
    nullif(trim(phone), '') as phone,
    nullif(trim(external_id), '') as external_id,
    created_at
from {{ source('zendesk', 'users') }}
