{{ config(enabled=is_source_enabled('salesforce')) }}

select
    'salesforce' as source_name,
    account_id,
    'crm_account_id' as customer_key_type,
    account_id as customer_key,
    account_name,
    not is_person_account as is_organisation,
    industry,
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
from {{ ref('base_salesforce__accounts') }}
