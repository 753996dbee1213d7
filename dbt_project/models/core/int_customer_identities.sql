with

identities as (
    select * from {{ ref('int_identities_unioned') }}
),

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

-- An account names its customer by a key of its own, even where no identities row repeats it.
claims as (
    select
        'record' as record_kind,
        source_name,
        source_record_id as record_id,
        identity_type,
        identity_value,
        observed_at
    from identities

    union all

    select
        'account' as record_kind,
        source_name,
        account_id as record_id,
        customer_key_type as identity_type,
        customer_key as identity_value,
        created_at as observed_at
    from accounts
),

-- Two blanks are not the same customer.
stated_claims as (
    select
        record_kind,
        source_name,
        record_id,
        identity_type,
        identity_value,
        observed_at
    from claims
    where
        trim(record_id) <> ''
        and trim(identity_type) <> ''
        and trim(identity_value) <> ''
),

-- Numbered from the earliest record on, so that the smallest number in a component is the record
-- that names the customer.
records as (
    select
        record_kind,
        source_name,
        record_id,
        row_number() over (
            order by
                min(observed_at) asc nulls last,
                source_name asc,
                record_id asc,
                record_kind asc
        ) as record_number
    from stated_claims
    group by record_kind, source_name, record_id
),

identity_keys as (
    select
        identity_type,
        identity_value,
        row_number() over (order by identity_type, identity_value) as key_number
    from stated_claims
    group by identity_type, identity_value
),

links as (
    select distinct
        records.record_number,
        identity_keys.key_number
    from stated_claims
    inner join records
        on
            stated_claims.record_kind = records.record_kind
            and stated_claims.source_name = records.source_name
            and stated_claims.record_id = records.record_id
    inner join identity_keys
        on
            stated_claims.identity_type = identity_keys.identity_type
            and stated_claims.identity_value = identity_keys.identity_value
),

components as (
    {{ connected_components('links') }}
),

key_components as (
    select
        links.key_number,
        min(components.component) as component
    from links
    inner join components on links.record_number = components.record_number
    group by links.key_number
)

select
    identity_keys.identity_type,
    identity_keys.identity_value,
    'c' || left(
        md5(records.record_kind || '|' || records.source_name || '|' || records.record_id), 16
    ) as customer_id
from identity_keys
inner join key_components on identity_keys.key_number = key_components.key_number
inner join records on key_components.component = records.record_number
