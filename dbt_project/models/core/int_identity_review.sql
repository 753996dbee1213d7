with

consumer_links as (
    select * from {{ ref('int_identity_links') }}
    where decision <> 'link'
),

consumers as (
    select * from {{ ref('int_identity_persons') }}
),

person_links as (
    select * from {{ ref('int_person_links') }}
    where decision <> 'link'
),

record_persons as (
    select * from {{ ref('int_record_persons') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

decisions as (
    select * from {{ ref('int_identity_decisions_unioned') }}
),

consumer_pairs as (
    select
        'customer' as entity,
        links.left_record_id,
        links.right_record_id,
        lefts.identity_type as left_key_type,
        lefts.match_value as left_key,
        rights.identity_type as right_key_type,
        rights.match_value as right_key,
        left_customers.customer_id as left_id,
        right_customers.customer_id as right_id,
        links.probability,
        links.decision,
        links.evidence,
        links.weights
    from consumer_links as links
    inner join consumers as lefts on links.left_record_id = lefts.record_id
    inner join consumers as rights on links.right_record_id = rights.record_id
    inner join customer_identities as left_customers
        on
            lefts.identity_type = left_customers.identity_type
            and lefts.match_value = left_customers.identity_value
    inner join customer_identities as right_customers
        on
            rights.identity_type = right_customers.identity_type
            and rights.match_value = right_customers.identity_value
),

-- Contacts of one organisation: one question about persons, none about customers.
person_pairs as (
    select
        'person' as entity,
        links.left_record_id,
        links.right_record_id,
        cast(null as varchar) as left_key_type,
        cast(null as varchar) as left_key,
        cast(null as varchar) as right_key_type,
        cast(null as varchar) as right_key,
        lefts.person_id as left_id,
        rights.person_id as right_id,
        links.probability,
        links.decision,
        links.evidence,
        links.weights
    from person_links as links
    inner join record_persons as lefts on links.left_record_id = lefts.record_id
    inner join record_persons as rights on links.right_record_id = rights.record_id
),

pairs as (
    select * from consumer_pairs
    union all
    select * from person_pairs
),

decided as (
    select
        left_key_type || '|' || left_key as one,
        right_key_type || '|' || right_key as other
    from decisions
    union all
    select
        right_key_type || '|' || right_key as one,
        left_key_type || '|' || left_key as other
    from decisions
)

select
    pairs.entity,
    pairs.left_record_id,
    pairs.right_record_id,
    pairs.left_key_type,
    pairs.left_key,
    pairs.right_key_type,
    pairs.right_key,
    pairs.left_id,
    pairs.right_id,
    pairs.probability,
    pairs.decision = 'chain' as is_chain,
    pairs.evidence,
    pairs.weights
from pairs
left join decided
    on
        decided.one in (
            pairs.left_key_type || '|' || pairs.left_key, 'customer_id|' || pairs.left_id
        )
        and decided.other in (
            pairs.right_key_type || '|' || pairs.right_key, 'customer_id|' || pairs.right_id
        )
where
    pairs.left_id <> pairs.right_id
    and decided.one is null
