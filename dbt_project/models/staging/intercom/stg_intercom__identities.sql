{{ config(enabled=is_source_enabled('intercom')) }}

with

records as (
    select
        'contact:' || contact_id as source_record_id,
        contact_id,
        company_id,
        email,
        phone,
        external_id,
        cast(null as varchar) as external_account_id,
        created_at as observed_at
    from {{ ref('base_intercom__contacts') }}
    where not is_anonymous and not is_spam
    union all
    select
        'company:' || company_id as source_record_id,
        cast(null as varchar) as contact_id,
        company_id,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as external_id,
        nullif(trim(external_account_id), '') as external_account_id,
        created_at as observed_at
    from {{ source('intercom', 'companies') }}
    where coalesce(is_active, true)
)

{{ identities_of('intercom', [
    ('intercom_contact_id', 'contact_id'),
    ('intercom_company_id', 'company_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('intercom'), 'external_id'),
    (external_id_type('intercom_company'), 'external_account_id'),
]) }}
