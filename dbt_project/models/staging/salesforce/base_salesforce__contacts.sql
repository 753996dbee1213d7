{{ config(enabled=is_source_enabled('salesforce')) }}

with contacts as (
    select
        *,
        {{ salesforce_id('contact_id') }} as long_id
    from {{ source('salesforce', 'contacts') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by long_id
            order by updated_at desc nulls last, _source_file asc, _source_line asc
        ) as recency
    from contacts
)

select
    long_id as contact_id,
    {{ salesforce_id('account_id') }} as account_id,
    coalesce(full_name, nullif(trim(concat_ws(' ', first_name, last_name)), '')) as full_name,
    {{ email_address('email') }} as email,
    phone,
    mobile_phone,
    job_title,
    coalesce(has_opted_out_of_email, false) as has_opted_out_of_email,
    created_at,
    updated_at
from versions
where recency = 1
