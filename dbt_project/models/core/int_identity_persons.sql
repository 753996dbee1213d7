with

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
    where not coalesce(is_organisation, false)
),

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

claims as (
    select * from {{ ref('int_identity_claims') }}
),

exclusions as (
    select * from {{ ref('int_identity_exclusions') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
),

-- What the records that carry an account's key say about reaching it; the earliest word counts.
reached as (
    select
        own_keys.identity_type,
        own_keys.match_value,
        others.identity_kind as kind,
        others.match_value as address,
        row_number() over (
            partition by own_keys.identity_type, own_keys.match_value, others.identity_kind
            order by others.observed_at asc nulls last, others.match_value asc
        ) as address_number
    from claims as own_keys
    inner join accounts
        on
            own_keys.identity_type = accounts.customer_key_type
            and own_keys.match_value = accounts.customer_key
    inner join claims as others
        on
            own_keys.record_kind = others.record_kind
            and own_keys.source_name = others.source_name
            and own_keys.record_id = others.record_id
    left join exclusions
        on
            others.identity_type = exclusions.identity_type
            and others.match_value = exclusions.match_value
    where
        others.identity_kind in ('email', 'phone')
        and exclusions.match_value is null
),

account_addresses as (
    select
        identity_type,
        match_value,
        max(case when kind = 'email' then address end) as email,
        max(case when kind = 'phone' then address end) as phone
    from reached
    where address_number = 1
    group by identity_type, match_value
),

account_persons as (
    select
        'account|' || accounts.source_name || '|' || accounts.account_id as record_id,
        accounts.customer_key_type as identity_type,
        accounts.customer_key as match_value,
        {{ first_name_of('accounts.first_name', 'accounts.last_name', 'accounts.account_name') }}
            as first_name,
        {{ last_name_of('accounts.first_name', 'accounts.last_name', 'accounts.account_name') }}
            as last_name,
        account_addresses.email,
        account_addresses.phone,
        accounts.birth_date,
        accounts.postcode,
        accounts.city,
        accounts.address_line
    from accounts
    left join account_addresses
        on
            accounts.customer_key_type = account_addresses.identity_type
            and accounts.customer_key = account_addresses.match_value
    where
        coalesce(accounts.account_name, accounts.first_name, accounts.last_name) is not null
),

consumer_keys as (
    select
        customer_key_type,
        customer_key,
        min(country) as country
    from accounts
    group by customer_key_type, customer_key
),

contact_addresses as (
    select
        contacts.*,
        {{ normalised_email('contacts.email') }} as match_email,
        {{ normalised_phone('contacts.phone') }} as digits,
        calling_codes.calling_code,
        calling_codes.trunk_prefix
    from contacts
    inner join consumer_keys
        on
            contacts.customer_key_type = consumer_keys.customer_key_type
            and contacts.customer_key = consumer_keys.customer_key
    left join calling_codes on consumer_keys.country = calling_codes.country
),

contact_persons as (
    select
        'contact|' || source_name || '|' || contact_id as record_id,
        customer_key_type as identity_type,
        customer_key as match_value,
        {{ first_name_of('first_name', 'last_name', 'full_name') }} as first_name,
        {{ last_name_of('first_name', 'last_name', 'full_name') }} as last_name,
        match_email as email,
        case
            when digits like '+%' then digits
            else coalesce(
                {{ international_phone('digits', 'calling_code', 'trunk_prefix') }}, digits
            )
        end as phone,
        birth_date,
        postcode,
        city,
        address_line
    from contact_addresses
),

persons as (
    select * from account_persons
    union all
    select * from contact_persons
),

excluded_addresses as (
    select
        identity_kind,
        match_value
    from exclusions
    group by identity_kind, match_value
)

select
    persons.record_id,
    persons.identity_type,
    persons.match_value,
    persons.first_name,
    persons.last_name,
    case when excluded_emails.match_value is null then persons.email end as email,
    case when excluded_phones.match_value is null then persons.phone end as phone,
    persons.birth_date,
    persons.postcode,
    persons.city,
    persons.address_line
from persons
left join excluded_addresses as excluded_emails
    on
        excluded_emails.identity_kind = 'email'
        and persons.email = excluded_emails.match_value
left join excluded_addresses as excluded_phones
    on
        excluded_phones.identity_kind = 'phone'
        and persons.phone = excluded_phones.match_value
