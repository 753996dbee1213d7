with

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
)

select
    contacts.source_name || ':' || contacts.contact_id as contact_id,
    customer_identities.customer_id,
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
