{{ config(enabled=is_source_enabled('zendesk')) }}

with

records as (
    select
        'user:' || user_id as source_record_id,
        user_id,
        organization_id,
        email,
        phone,
        external_id,
        cast(null as varchar) as external_account_id,
        created_at as observed_at
    from {{ ref('base_zendesk__users') }}
    where is_customer
    union all
    select
        'organization:' || organization_id as source_record_id,
        cast(null as varchar) as user_id,
        organization_id,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as external_id,
        nullif(trim(external_id), '') as external_account_id,
        created_at as observed_at
    from {{ source('zendesk', 'organizations') }}
    where deleted_at is null
)

{{ identities_of('zendesk', [
    ('zendesk_user_id', 'user_id'),
    ('zendesk_organization_id', 'organization_id'),
    ('email', 'email'),
    ('phone', 'phone'),
    (external_id_type('zendesk'), 'external_id'),
    (external_id_type('zendesk_organization'), 'external_account_id'),
]) }}
