{{ config(meta={'dagster': {'ref': {'name': 'mart_customer_contacts'}}}) }}

-- What is said of a person and what is said of the customer come from the same last words: a person
-- and a consumer have one answer; where nobody spoke, every contact has the customer's; and no more
-- persons are refused than object, nor allowed than agree.

with

answers as (
    select
        contact_id,
        customer_id,
        'marketing' as purpose,
        may_be_offered as is_allowed
    from {{ ref('mart_customer_contacts') }}
    union all
    select
        contact_id,
        customer_id,
        'survey' as purpose,
        may_be_surveyed as is_allowed
    from {{ ref('mart_customer_contacts') }}
),

persons as (
    select
        answers.customer_id,
        answers.purpose,
        dim_persons.person_id,
        dim_persons.is_customer,
        consent_purposes.basis,
        min(case when answers.is_allowed then 1 else 0 end) as lowest,
        max(case when answers.is_allowed then 1 else 0 end) as highest
    from answers
    inner join {{ ref('dim_contacts') }} as contacts on answers.contact_id = contacts.contact_id
    inner join {{ ref('dim_persons') }} as dim_persons on contacts.person_id = dim_persons.person_id
    inner join {{ ref('consent_purposes') }} as consent_purposes
        on answers.purpose = consent_purposes.purpose
    group by
        answers.customer_id,
        answers.purpose,
        dim_persons.person_id,
        dim_persons.is_customer,
        consent_purposes.basis
),

customers as (
    select
        customer_id,
        purpose,
        basis,
        max(case when is_customer then 1 else 0 end) as has_consumer,
        min(lowest) as lowest,
        max(highest) as highest,
        max(highest - lowest) as spread,
        sum(case when highest = 0 then 1 else 0 end) as refused_count,
        sum(case when highest = 1 then 1 else 0 end) as allowed_count
    from persons
    group by customer_id, purpose, basis
)

select
    customers.customer_id,
    customers.purpose,
    permissions.reason
from customers
inner join {{ ref('mart_contact_permissions') }} as permissions
    on
        customers.customer_id = permissions.customer_id
        and customers.purpose = permissions.purpose
where
    customers.spread > 0
    or (permissions.reason = 'has not objected' and customers.lowest = 0)
    or (permissions.reason = 'never agreed' and customers.highest = 1)
    or (customers.has_consumer = 1 and permissions.is_allowed <> (customers.highest = 1))
    or (
        customers.basis = 'opt_out'
        and customers.refused_count > permissions.objecting_person_count
    )
    or (
        customers.basis = 'opt_in'
        and customers.allowed_count > permissions.granting_person_count
    )
