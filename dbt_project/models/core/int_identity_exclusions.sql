with

claims as (
    select * from {{ ref('int_identity_claims') }}
),

accounts as (
    select * from {{ ref('int_accounts_unioned') }}
),

excluded_identities as (
    select * from {{ ref('excluded_identities') }}
),

spellings as (
    select
        identity_type,
        identity_kind,
        identity_value,
        match_value,
        count(*) as claim_count
    from claims
    group by identity_type, identity_kind, identity_value, match_value
),

listed as (
    select
        spellings.identity_type,
        spellings.match_value,
        excluded_identities.rule,
        excluded_identities.reason
    from spellings
    inner join excluded_identities
        on
            excluded_identities.identity_kind in ('any', spellings.identity_kind)
            and excluded_identities.part = 'value'
            and lower(spellings.identity_value) = excluded_identities.value

    union all

    select
        spellings.identity_type,
        spellings.match_value,
        excluded_identities.rule,
        excluded_identities.reason
    from spellings
    inner join excluded_identities
        on
            spellings.identity_kind = excluded_identities.identity_kind
            and excluded_identities.part = 'mailbox'
            and split_part(spellings.match_value, '@', 1) = excluded_identities.value
    where spellings.identity_kind = 'email'

    union all

    select
        spellings.identity_type,
        spellings.match_value,
        excluded_identities.rule,
        excluded_identities.reason
    from spellings
    inner join excluded_identities
        on
            spellings.identity_kind = excluded_identities.identity_kind
            and excluded_identities.part = 'domain'
            and split_part(spellings.match_value, '@', 2) = excluded_identities.value
    where spellings.identity_kind = 'email'
),

malformed as (
    select
        identity_type,
        match_value,
        'malformed' as rule,
        case identity_kind
            when 'email' then 'not an e-mail address'
            else 'too few digits, or one digit over and over'
        end as reason
    from spellings
    where
        (
            identity_kind = 'email'
            and match_value not like '_%@_%'
        )
        or (
            identity_kind = 'phone'
            and (
                length(replace(match_value, '+', '')) < {{ var('identity_minimum_phone_digits') }}
                or replace(match_value, right(match_value, 1), '') in ('', '+')
            )
        )
),

contact_claims as (
    select
        claims.record_kind,
        claims.source_name,
        claims.record_id,
        claims.identity_type,
        claims.identity_kind,
        claims.match_value
    from claims
    where claims.identity_kind <> 'id'
),

-- What else stands in the records that carry the value: accounts that an address names, addresses
-- that signed in on a device.
companions as (
    select
        contact_claims.identity_type,
        contact_claims.identity_kind,
        contact_claims.match_value,
        others.identity_type as other_type,
        others.match_value as other_value
    from contact_claims
    inner join claims as others
        on
            contact_claims.record_kind = others.record_kind
            and contact_claims.source_name = others.source_name
            and contact_claims.record_id = others.record_id
    where
        others.identity_kind = 'id'
        or (contact_claims.identity_kind = 'device' and others.identity_kind = 'email')
),

tied as (
    select
        identity_type,
        match_value,
        other_type,
        count(distinct other_value) as tied_count
    from companions
    group by identity_type, match_value, other_type
),

busiest as (
    select
        identity_type,
        match_value,
        max(tied_count) as tied_count
    from tied
    group by identity_type, match_value
),

shared_by_many as (
    select
        identity_type,
        match_value,
        'shared_by_many' as rule,
        'names more accounts or addresses than one customer has' as reason
    from busiest
    where tied_count > {{ var('identity_evidence_limit') }}
),

account_keys as (
    select
        customer_key_type,
        customer_key,
        max(coalesce(is_test, false)) as is_test
    from accounts
    group by customer_key_type, customer_key
),

-- A tester's own address opens test accounts beside a real one.
tests_and_customers as (
    select
        companions.identity_type,
        companions.match_value,
        'test_and_customer' as rule,
        'stands on a test account and on a real one' as reason
    from companions
    inner join account_keys
        on
            companions.other_type = account_keys.customer_key_type
            and companions.other_value = account_keys.customer_key
    group by companions.identity_type, companions.match_value
    having min(account_keys.is_test) < max(account_keys.is_test)
),

reasons as (
    select * from listed
    union all
    select * from malformed
    union all
    select * from shared_by_many
    union all
    select * from tests_and_customers
),

first_reasons as (
    select
        identity_type,
        match_value,
        rule,
        reason,
        row_number() over (
            partition by identity_type, match_value
            order by
                case rule
                    when 'placeholder' then 1
                    when 'malformed' then 2
                    when 'shared_mailbox' then 3
                    when 'shared_by_many' then 4
                    else 5
                end asc,
                reason asc
        ) as reason_number
    from reasons
),

carriers as (
    select
        identity_type,
        match_value,
        min(identity_kind) as identity_kind,
        sum(claim_count) as record_count
    from spellings
    group by identity_type, match_value
)

select
    first_reasons.identity_type,
    carriers.identity_kind,
    first_reasons.match_value,
    first_reasons.rule,
    first_reasons.reason,
    first_reasons.rule not in ('placeholder', 'malformed') as can_name_customer,
    cast(carriers.record_count as bigint) as record_count,
    coalesce(busiest.tied_count, 0) as tied_count
from first_reasons
inner join carriers
    on
        first_reasons.identity_type = carriers.identity_type
        and first_reasons.match_value = carriers.match_value
left join busiest
    on
        first_reasons.identity_type = busiest.identity_type
        and first_reasons.match_value = busiest.match_value
where first_reasons.reason_number = 1
