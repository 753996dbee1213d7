{{ config(enabled=is_source_enabled('intercom')) }}

select
    'intercom' as source_name,
    'company:' || company_id as account_id,
    'intercom_company_id' as customer_key_type,
    company_id as customer_key,
    company_name as account_name,
    true as is_organisation,
    plan_name as segment,
    industry,
    cast(company_size as varchar) as size_band,
    coalesce(remote_created_at, created_at) as created_at
from {{ source('intercom', 'companies') }}
where coalesce(is_active, true)
union all
-- A known person of no company is a customer alone.
select
    'intercom' as source_name,
    'contact:' || contact_id as account_id,
    'intercom_contact_id' as customer_key_type,
    contact_id as customer_key,
    cast(null as varchar) as account_name,
    false as is_organisation,
    cast(null as varchar) as segment,
    cast(null as varchar) as industry,
    cast(null as varchar) as size_band,
    created_at
from {{ ref('base_intercom__contacts') }}
where company_id is null and not is_anonymous and not is_spam
