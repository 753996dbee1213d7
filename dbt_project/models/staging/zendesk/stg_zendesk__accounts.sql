{{ config(enabled=is_source_enabled('zendesk')) }}

select
    'zendesk' as source_name,
    'organization:' || organization_id as account_id,
    'zendesk_organization_id' as customer_key_type,
    organization_id as customer_key,
    organization_name as account_name,
    true as is_organisation,
    created_at
from {{ source('zendesk', 'organizations') }}
where deleted_at is null
union all
-- A person of no organisation is a customer alone.
select
    'zendesk' as source_name,
    'user:' || user_id as account_id,
    'zendesk_user_id' as customer_key_type,
    user_id as customer_key,
    cast(null as varchar) as account_name,
    false as is_organisation,
    created_at
from {{ ref('base_zendesk__users') }}
where is_customer and organization_id is null
