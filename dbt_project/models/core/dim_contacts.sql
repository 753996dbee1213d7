with

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

record_persons as (
    select * from {{ ref('int_record_persons') }}
)

select
    contacts.source_name || ':' || contacts.contact_id as contact_id,
    customer_identities.customer_id,
    record_persons.person_id,
    contacts.full_name,
    contacts.email,
    contacts.phone,
    contacts.job_title,
    contacts.created_at,
    contacts.source_name
from contacts
left join customer_identities
    on
        contacts.customer_key_type = customer_identities.identity_type
        and contacts.customer_key = customer_identities.identity_value
left join record_persons
    on
        record_persons.record_kind = 'contact'
        and contacts.source_name = record_persons.source_name
        and contacts.contact_id = record_persons.source_record_id
