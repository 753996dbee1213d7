{{ config(enabled=is_source_enabled('salesforce')) }}

with accounts as (
    select
        *,
        {{ salesforce_id('account_id') }} as long_id
    from {{ source('salesforce', 'accounts') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by long_id
            order by updated_at desc nulls last, _source_file asc, _source_line asc
        ) as recency
    from accounts
)

select
    long_id as account_id,
    account_name,
    account_number,
    phone,
    industry,
    employee_count,
    coalesce(country_code, country_name) as country,
    {{ salesforce_id('owner_id') }} as owner_id,
    coalesce(is_person_account, false) as is_person_account,
    {{ email_address('person_email') }} as person_email,
    coalesce(person_has_opted_out, false) as person_has_opted_out,
    created_at,
    updated_at
from versions
where recency = 1
