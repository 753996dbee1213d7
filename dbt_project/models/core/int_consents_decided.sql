with

statements as (
    select * from {{ ref('fct_consents') }}
    where
        is_granted is not null
        and customer_key_type is not null
        and customer_key is not null
),

purposes as (
    select * from {{ ref('consent_purposes') }}
),

contacts as (
    select * from {{ ref('dim_contacts') }}
),

persons as (
    select * from {{ ref('dim_persons') }}
),

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

statement_keys as (
    select
        customer_key_type,
        customer_key,
        {{ identity_kind('customer_key_type') }} as key_kind,
        min(customer_id) as customer_id
    from statements
    group by customer_key_type, customer_key
),

organisation_keys as (
    select distinct
        customer_key_type,
        customer_key
    from accounts
    where is_organisation
),

addresses as (
    select
        person_id,
        'email' as address_kind,
        {{ normalised_email('email') }} as address
    from contacts
    where email is not null
    union distinct
    select
        person_id,
        'phone' as address_kind,
        {{ normalised_phone('phone') }} as address
    from contacts
    where phone is not null
),

key_records as (
    select
        statement_keys.customer_key_type,
        statement_keys.customer_key,
        statement_keys.customer_id,
        claims.record_kind,
        claims.source_name,
        claims.record_id
    from statement_keys
    inner join claims
        on
            statement_keys.customer_key_type = claims.identity_type
            and statement_keys.customer_key = claims.identity_value
    left join organisation_keys
        on
            statement_keys.customer_key_type = organisation_keys.customer_key_type
            and statement_keys.customer_key = organisation_keys.customer_key
    where
        statement_keys.key_kind in ('id', 'device')
        and organisation_keys.customer_key is null
),

-- A number that stands with one address alone is that person's.
only_addresses as (
    select
        key_records.customer_key_type,
        key_records.customer_key,
        min(claims.identity_value) as address
    from key_records
    inner join claims
        on
            key_records.record_kind = claims.record_kind
            and key_records.source_name = claims.source_name
            and key_records.record_id = claims.record_id
    where claims.identity_kind = 'email'
    group by key_records.customer_key_type, key_records.customer_key
    having count(distinct claims.identity_value) = 1
),

-- The ways from a key to persons, the surest first.
found as (
    select
        statement_keys.customer_key_type,
        statement_keys.customer_key,
        addresses.person_id,
        1 as way
    from statement_keys
    inner join addresses
        on
            statement_keys.key_kind = addresses.address_kind
            and statement_keys.customer_key = addresses.address

    union all

    -- The key is that of the contact's own record.
    select
        key_records.customer_key_type,
        key_records.customer_key,
        contacts.person_id,
        2 as way
    from key_records
    inner join contacts
        on
            key_records.source_name || ':' || key_records.customer_key = contacts.contact_id
            and key_records.customer_id = contacts.customer_id

    union all

    select
        only_addresses.customer_key_type,
        only_addresses.customer_key,
        addresses.person_id,
        3 as way
    from only_addresses
    inner join addresses
        on
            addresses.address_kind = 'email'
            and only_addresses.address = addresses.address

    union all

    -- An organisation speaks for each of its persons.
    select
        organisation_keys.customer_key_type,
        organisation_keys.customer_key,
        persons.person_id,
        4 as way
    from organisation_keys
    inner join statement_keys
        on
            organisation_keys.customer_key_type = statement_keys.customer_key_type
            and organisation_keys.customer_key = statement_keys.customer_key
    inner join persons on statement_keys.customer_id = persons.customer_id

    union all

    -- A consumer is one person, whatever the key.
    select
        statement_keys.customer_key_type,
        statement_keys.customer_key,
        persons.person_id,
        5 as way
    from statement_keys
    inner join persons
        on statement_keys.customer_id = persons.customer_id and persons.is_customer
),

ranked as (
    select
        customer_key_type,
        customer_key,
        person_id,
        rank() over (partition by customer_key_type, customer_key order by way asc) as place
    from found
),

key_persons as (
    select distinct
        ranked.customer_key_type,
        ranked.customer_key,
        ranked.person_id,
        persons.customer_id
    from ranked
    inner join persons on ranked.person_id = persons.person_id
    where ranked.place = 1
),

spoken as (
    select
        statements.*,
        key_persons.person_id,
        coalesce(
            key_persons.person_id,
            'k' || left(md5(statements.customer_key_type || '|' || statements.customer_key), 16)
        ) as speaker_id,
        coalesce(key_persons.customer_id, statements.customer_id) as speaker_customer_id
    from statements
    left join key_persons
        on
            statements.customer_key_type = key_persons.customer_key_type
            and statements.customer_key = key_persons.customer_key
),

ordered as (
    select
        spoken.speaker_id,
        spoken.person_id,
        spoken.speaker_customer_id,
        purposes.purpose,
        spoken.is_granted,
        spoken.updated_at,
        spoken.consent_id,
        spoken.purpose = 'all' as is_about_all,
        row_number() over (
            partition by spoken.speaker_id, purposes.purpose
            order by
                -- An undated objection may be the latest; an undated grant proves nothing.
                case when spoken.updated_at is null and not spoken.is_granted then 0 else 1 end asc,
                spoken.updated_at desc nulls last,
                case when spoken.is_granted then 1 else 0 end asc,
                case when spoken.purpose = 'all' then 1 else 0 end asc,
                spoken.consent_id asc
        ) as place
    from spoken
    inner join purposes on spoken.purpose in (purposes.purpose, 'all')
)

select
    speaker_id,
    person_id,
    speaker_customer_id as customer_id,
    purpose,
    is_granted,
    updated_at as stated_at,
    consent_id,
    is_about_all
from ordered
where place = 1
