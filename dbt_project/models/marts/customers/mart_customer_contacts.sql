with

contacts as (
    select * from {{ ref('dim_contacts') }}
    where customer_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

purposes as (
    select * from {{ ref('consent_purposes') }}
),

decided as (
    select * from {{ ref('int_consents_decided') }}
    where person_id is not null
),

-- Silence follows the basis of the purpose.
answers as (
    select
        contacts.contact_id,
        purposes.purpose,
        coalesce(decided.is_granted, purposes.basis = 'opt_out') as is_allowed
    from contacts
    cross join purposes
    left join decided
        on contacts.person_id = decided.person_id and purposes.purpose = decided.purpose
),

permissions as (
    select
        contact_id,
        coalesce(bool_or(purpose = 'marketing' and is_allowed), false) as may_be_offered,
        coalesce(bool_or(purpose = 'survey' and is_allowed), false) as may_be_surveyed
    from answers
    group by contact_id
)

select
    contacts.contact_id,
    contacts.customer_id,
    customers.customer_label,
    contacts.full_name,
    contacts.email,
    contacts.phone,
    contacts.job_title,
    coalesce(permissions.may_be_offered, false) as may_be_offered,
    coalesce(permissions.may_be_surveyed, false) as may_be_surveyed
from contacts
inner join customers on contacts.customer_id = customers.customer_id
left join permissions on contacts.contact_id = permissions.contact_id
