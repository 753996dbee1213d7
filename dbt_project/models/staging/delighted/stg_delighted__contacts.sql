{{ config(enabled=is_source_enabled('delighted')) }}

select
    'delighted' as source_name,
    person_id as contact_id,
    'delighted_person_id' as customer_key_type,
    person_id as customer_key,
    full_name,
    {{ email_address('email') }} as email,
    nullif(trim(phone), '') as phone,
    created_at
from {{ source('delighted', 'people') }}
