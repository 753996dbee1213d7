{{ config(materialized='view') }}

with

identities as (
    select * from {{ ref('int_identities_unioned') }}
),

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
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
        {{ identity_kind('identity_type') }} as identity_kind,
        observed_at
    from claims
    where
        trim(record_id) <> ''
        and trim(identity_type) <> ''
        and trim(identity_value) <> ''
),

key_countries as (
    select
        customer_key_type,
        customer_key,
        min(country) as country
    from accounts
    group by customer_key_type, customer_key
    having min(country) = max(country)
),

national_records as (
    select distinct
        record_kind,
        source_name,
        record_id
    from stated_claims
    where identity_kind = 'phone' and identity_value not like '+%'
),

-- The country of a number without one is that of the account that the same record names.
record_countries as (
    select
        stated_claims.record_kind,
        stated_claims.source_name,
        stated_claims.record_id,
        min(key_countries.country) as country
    from stated_claims
    inner join national_records
        on
            stated_claims.record_kind = national_records.record_kind
            and stated_claims.source_name = national_records.source_name
            and stated_claims.record_id = national_records.record_id
    inner join key_countries
        on
            stated_claims.identity_type = key_countries.customer_key_type
            and stated_claims.identity_value = key_countries.customer_key
    group by stated_claims.record_kind, stated_claims.source_name, stated_claims.record_id
    having min(key_countries.country) = max(key_countries.country)
)

select
    stated_claims.record_kind,
    stated_claims.source_name,
    stated_claims.record_id,
    stated_claims.identity_type,
    stated_claims.identity_kind,
    stated_claims.identity_value,
    case
        when
            stated_claims.identity_kind = 'phone'
            and stated_claims.identity_value not like '+%'
            then coalesce(
                {{ international_phone(
                    'stated_claims.identity_value', 'calling_codes.calling_code',
                    'calling_codes.trunk_prefix'
                ) }},
                stated_claims.identity_value
            )
        else stated_claims.identity_value
    end as match_value,
    stated_claims.observed_at
from stated_claims
left join record_countries
    on
        stated_claims.record_kind = record_countries.record_kind
        and stated_claims.source_name = record_countries.source_name
        and stated_claims.record_id = record_countries.record_id
left join calling_codes on record_countries.country = calling_codes.country
