with

edges as (
    select * from {{ ref('int_identity_edges') }}
),

cuts as (
    select * from {{ ref('int_identity_cuts') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

exclusions as (
    select * from {{ ref('int_identity_exclusions') }}
    where can_name_customer
),

issued as (
    select
        identifier as customer_id,
        record_kind,
        record_source_name,
        record_id,
        min(recorded_at) as issued_at
    from {{ ref('int_identifier_events_unioned') }}
    where entity = 'customer' and event = 'issued'
    group by identifier, record_kind, record_source_name, record_id
),

kept_edges as (
    select
        edges.record_kind,
        edges.source_name,
        edges.record_id,
        edges.identity_type,
        edges.match_value,
        edges.observed_at
    from edges
    left join cuts
        on
            edges.record_kind = cuts.record_kind
            and edges.source_name = cuts.source_name
            and edges.record_id = cuts.record_id
            and edges.identity_type = cuts.identity_type
            and edges.match_value = cuts.match_value
    where cuts.match_value is null
),

-- Numbered from the earliest record on, so that the smallest number in a component is the record
-- that names the customer; what only ties records together names nobody.
records as (
    select
        record_kind,
        source_name,
        record_id,
        row_number() over (
            order by
                case when record_kind in ('record', 'account') then 0 else 1 end asc,
                min(observed_at) asc nulls last,
                source_name asc,
                record_id asc,
                record_kind asc
        ) as record_number
    from kept_edges
    group by record_kind, source_name, record_id
),

identity_keys as (
    select
        identity_type,
        match_value,
        row_number() over (order by identity_type, match_value) as key_number
    from kept_edges
    group by identity_type, match_value
),

links as (
    select distinct
        records.record_number,
        identity_keys.key_number
    from kept_edges
    inner join records
        on
            kept_edges.record_kind = records.record_kind
            and kept_edges.source_name = records.source_name
            and kept_edges.record_id = records.record_id
    inner join identity_keys
        on
            kept_edges.identity_type = identity_keys.identity_type
            and kept_edges.match_value = identity_keys.match_value
),

components as (
    {{ connected_components('links') }}
),

-- The id that was issued first lives on, as long as the record it is made of is there; a component
-- without one is named after its earliest record.
names as (
    select
        components.component,
        records.record_kind,
        records.source_name,
        records.record_id,
        row_number() over (
            partition by components.component
            order by issued.issued_at asc nulls last, records.record_number asc
        ) as name_number
    from components
    inner join records on components.record_number = records.record_number
    left join issued
        on
            records.record_kind = issued.record_kind
            and records.source_name = issued.record_source_name
            and records.record_id = issued.record_id
),

customers as (
    select
        component,
        {{ customer_id_of('record_kind', 'source_name', 'record_id') }} as customer_id
    from names
    where name_number = 1
),

key_components as (
    select
        links.key_number,
        min(components.component) as component
    from links
    inner join components on links.record_number = components.record_number
    group by links.key_number
),

customer_keys as (
    select
        identity_keys.identity_type,
        identity_keys.match_value,
        customers.customer_id
    from identity_keys
    inner join key_components on identity_keys.key_number = key_components.key_number
    inner join customers on key_components.component = customers.component
),

-- As a row of a fact may spell it: a number without its country names a customer where no other
-- customer's number is written so.
spelled_keys as (
    select
        claims.identity_type,
        claims.identity_value,
        min(customer_keys.customer_id) as customer_id
    from claims
    inner join customer_keys
        on
            claims.identity_type = customer_keys.identity_type
            and claims.match_value = customer_keys.match_value
    where claims.identity_value <> claims.match_value
    group by claims.identity_type, claims.identity_value
    having min(customer_keys.customer_id) = max(customer_keys.customer_id)
),

-- A shared mailbox ties nobody, but where all its records belong to one customer it names that one.
excluded_keys as (
    select
        claims.identity_type,
        claims.match_value as identity_value,
        min(customers.customer_id) as customer_id
    from claims
    inner join exclusions
        on
            claims.identity_type = exclusions.identity_type
            and claims.match_value = exclusions.match_value
    inner join records
        on
            claims.record_kind = records.record_kind
            and claims.source_name = records.source_name
            and claims.record_id = records.record_id
    inner join components on records.record_number = components.record_number
    inner join customers on components.component = customers.component
    group by claims.identity_type, claims.match_value
    having min(customers.customer_id) = max(customers.customer_id)
),

named_keys as (
    select
        identity_type,
        match_value as identity_value,
        customer_id,
        1 as place
    from customer_keys
    union all
    select
        identity_type,
        identity_value,
        customer_id,
        2 as place
    from spelled_keys
    union all
    select
        identity_type,
        identity_value,
        customer_id,
        3 as place
    from excluded_keys
),

ranked_keys as (
    select
        identity_type,
        identity_value,
        customer_id,
        row_number() over (partition by identity_type, identity_value order by place) as place
    from named_keys
)

select
    identity_type,
    identity_value,
    customer_id
from ranked_keys
where place = 1
