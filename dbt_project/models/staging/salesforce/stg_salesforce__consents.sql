{{ config(enabled=is_source_enabled('salesforce')) }}

with opt_outs as (
    select
        'contact:' || contact_id as consent_id,
        'crm_contact_id' as customer_key_type,
        contact_id as customer_key,
        coalesce(updated_at, created_at) as updated_at
    from {{ ref('base_salesforce__contacts') }}
    where has_opted_out_of_email
    union all
    select
        'account:' || account_id as consent_id,
        'crm_account_id' as customer_key_type,
        account_id as customer_key,
        coalesce(updated_at, created_at) as updated_at
    from {{ ref('base_salesforce__accounts') }}
    where person_has_opted_out
)

select
    'salesforce' as source_name,
    consent_id,
    customer_key_type,
    customer_key,
    'marketing' as purpose,
    false as is_granted,
    updated_at
from opt_outs
