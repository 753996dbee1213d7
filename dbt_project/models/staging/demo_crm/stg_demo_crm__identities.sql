{{ config(enabled=is_source_enabled('demo_crm')) }}

with accounts as (
    select * from {{ source('demo_crm', 'accounts') }}
),

contacts as (
    select * from {{ source('demo_crm', 'contacts') }}
),

records as (
    -- An e-mail typed differently is still one e-mail: this joins two accounts of one customer.
    select
        'account:' || account_id as source_record_id,
        account_id,
        lower(trim(billing_email)) as email,
        created_at as observed_at
    from accounts
    union all
    select
        'contact:' || contact_id as source_record_id,
        account_id,
        lower(trim(email)) as email,
        created_at as observed_at
    from contacts
)

select
    'demo_crm' as source_name,
    source_record_id,
    'crm_account_id' as identity_type,
    account_id as identity_value,
    observed_at
from records
union all
select
    'demo_crm' as source_name,
    source_record_id,
    'email' as identity_type,
    email as identity_value,
    observed_at
from records
where email is not null
