{{ config(enabled=is_source_enabled('hubspot')) }}

with contacts as (
    select * from {{ ref('base_hubspot__contacts') }}
)

select
    'hubspot' as source_name,
    company_id as account_id,
    'crm_account_id' as customer_key_type,
    company_id as customer_key,
    company_name as account_name,
    true as is_organisation,
    lower(industry) as industry,
    country,
    case
        when employee_count >= 1000 then '1000+'
        when employee_count >= 250 then '250-999'
        when employee_count >= 50 then '50-249'
        when employee_count >= 10 then '10-49'
        when employee_count >= 1 then '1-9'
    end as size_band,
    owner_id,
    created_at
from {{ source('hubspot', 'companies') }}
union all
-- A list of subscribers is no list of customers: a person of no company becomes one when the
-- company says so.
select
    'hubspot' as source_name,
    'contact:' || contact_id as account_id,
    'crm_contact_id' as customer_key_type,
    contact_id as customer_key,
    full_name as account_name,
    false as is_organisation,
    cast(null as varchar) as industry,
    cast(null as varchar) as country,
    cast(null as varchar) as size_band,
    cast(null as varchar) as owner_id,
    created_at
from contacts
where company_id is null and lifecycle_stage in ('customer', 'evangelist')
