with

contacts as (
    select * from {{ ref('dim_contacts') }}
    where customer_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

consents as (
    select
        lower(customer_key) as email,
        purpose,
        is_granted,
        row_number() over (
            partition by lower(customer_key), purpose
            order by updated_at desc, is_granted asc, consent_id desc
        ) as recency
    from {{ ref('fct_consents') }}
    where customer_key_type = 'email'
),

objections as (
    select
        email,
        coalesce(bool_or(purpose in ('marketing', 'all') and not is_granted), false)
            as objects_to_marketing,
        coalesce(bool_or(purpose in ('survey', 'all') and not is_granted), false)
            as objects_to_survey
    from consents
    where recency = 1
    group by email
)

select
    contacts.contact_id,
    contacts.customer_id,
    customers.customer_label,
    contacts.full_name,
    contacts.email,
    contacts.phone,
    contacts.job_title,
    not coalesce(objections.objects_to_marketing, false) as may_be_offered,
    not coalesce(objections.objects_to_survey, false) as may_be_surveyed
from contacts
inner join customers on contacts.customer_id = customers.customer_id
left join objections on lower(contacts.email) = objections.email
