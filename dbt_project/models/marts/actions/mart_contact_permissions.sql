with

customers as (
    select * from {{ ref('dim_customers') }}
),

purposes as (
    select * from {{ ref('consent_purposes') }}
),

decided as (
    select * from {{ ref('int_consents_decided') }}
    where customer_id is not null
),

-- An account has several persons: one who agrees may be addressed though another objects.
stated as (
    select
        customer_id,
        purpose,
        count(*) filter (where is_granted) as granting_person_count,
        count(*) filter (where not is_granted) as objecting_person_count,
        max(stated_at) as stated_at
    from decided
    group by customer_id, purpose
),

judged as (
    select
        customers.customer_id,
        purposes.purpose,
        coalesce(stated.granting_person_count, 0) as granting_person_count,
        coalesce(stated.objecting_person_count, 0) as objecting_person_count,
        stated.stated_at,
        case
            when coalesce(customers.is_test, false) then 'test account'
            when stated.granting_person_count > 0 then 'agreed'
            when stated.objecting_person_count > 0 then 'objected'
            when purposes.basis = 'opt_out' then 'has not objected'
            else 'never agreed'
        end as reason
    from customers
    cross join purposes
    left join stated
        on customers.customer_id = stated.customer_id and purposes.purpose = stated.purpose
)

select
    customer_id,
    purpose,
    reason in ('agreed', 'has not objected') as is_allowed,
    reason,
    granting_person_count,
    objecting_person_count,
    stated_at
from judged
