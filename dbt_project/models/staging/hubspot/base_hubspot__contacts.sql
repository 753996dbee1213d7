{{ config(enabled=is_source_enabled('hubspot')) }}

select
    contact_id,
    nullif(trim({{ dbt.split_part('company_ids', "';'", 1) }}), '') as company_id,
    nullif(trim(concat_ws(' ', first_name, last_name)), '') as full_name,
    {{ email_address('email') }} as email,
    phone,
    mobile_phone,
    job_title,
    lower(lifecycle_stage) as lifecycle_stage,
    coalesce(has_opted_out, false) as has_opted_out,
    merged_ids,
    created_at,
    updated_at
from {{ source('hubspot', 'contacts') }}
