{{ config(enabled=is_source_enabled('salesforce')) }}

with accounts as (
    select
        'account:' || account_id as source_record_id,
        account_id,
        cast(null as varchar) as contact_id,
        account_number,
        person_email as email,
        phone,
        cast(null as varchar) as mobile_phone,
        created_at as observed_at
    from {{ ref('base_salesforce__accounts') }}
),

contacts as (
    select
        'contact:' || contact_id as source_record_id,
        account_id,
        contact_id,
        cast(null as varchar) as account_number,
        email,
        phone,
        mobile_phone,
        created_at as observed_at
    from {{ ref('base_salesforce__contacts') }}
),

-- A case may come from an address that no contact has.
cases as (
    select
        'case:' || case_id as source_record_id,
        account_id,
        contact_id,
        cast(null as varchar) as account_number,
        supplied_email as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as mobile_phone,
        created_at as observed_at
    from {{ ref('base_salesforce__cases') }}
    where supplied_email is not null
),

records as (
    select * from accounts
    union all
    select * from contacts
    union all
    select * from cases
)

{{ identities_of('salesforce', [
    ('crm_account_id', 'account_id'),
    ('crm_contact_id', 'contact_id'),
    ('crm_account_number', 'account_number'),
    ('email', 'email'),
    ('phone', 'phone'),
    ('phone', 'mobile_phone'),
], set_operator='union distinct') }}
