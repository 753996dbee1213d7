{{ config(enabled=is_source_enabled('surveymonkey')) }}

select
    'surveymonkey' as source_name,
    contact_id,
    'surveymonkey_contact_id' as customer_key_type,
    contact_id as customer_key,
    nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as full_name,
    {{ email_address('email') }} as email,
    nullif(trim(phone), '') as phone
from {{ source('surveymonkey', 'contacts') }}
