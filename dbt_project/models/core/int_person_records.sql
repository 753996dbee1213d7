with

contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

consumers as (
    select * from {{ ref('int_identity_persons') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
),

exclusions as (
    select distinct
        identity_kind,
        match_value
    from {{ ref('int_identity_exclusions') }}
),

customer_contacts as (
    select
        contacts.*,
        customer_identities.customer_id,
        coalesce(customers.is_organisation, false) as is_organisation,
        {{ normalised_email('contacts.email') }} as match_email,
        {{ normalised_phone('contacts.phone') }} as digits,
        calling_codes.calling_code,
        calling_codes.trunk_prefix
    from contacts
    left join customer_identities
        on
            contacts.customer_key_type = customer_identities.identity_type
            and contacts.customer_key = customer_identities.identity_value
    left join customers on customer_identities.customer_id = customers.customer_id
    left join calling_codes on customers.country = calling_codes.country
),

records as (
    select
        'contact|' || source_name || '|' || contact_id as record_id,
        source_name || ':' || contact_id as contact_id,
        'contact' as record_kind,
        source_name,
        contact_id as source_record_id,
        customer_id,
        is_organisation,
        {{ first_name_of('first_name', 'last_name', 'full_name') }} as first_name,
        {{ last_name_of('first_name', 'last_name', 'full_name') }} as last_name,
        match_email as email,
        case
            when digits like '+%' then digits
            else coalesce(
                {{ international_phone('digits', 'calling_code', 'trunk_prefix') }}, digits
            )
        end as phone,
        job_title,
        birth_date,
        postcode,
        city,
        address_line,
        created_at
    from customer_contacts

    union all

    -- A consumer without contacts is a person by the account alone.
    select
        consumers.record_id,
        cast(null as varchar) as contact_id,
        'account' as record_kind,
        split_part(consumers.record_id, '|', 2) as source_name,
        substr(
            consumers.record_id,
            length('account||') + length(split_part(consumers.record_id, '|', 2)) + 1
        ) as source_record_id,
        customer_identities.customer_id,
        false as is_organisation,
        consumers.first_name,
        consumers.last_name,
        consumers.email,
        consumers.phone,
        cast(null as varchar) as job_title,
        consumers.birth_date,
        consumers.postcode,
        consumers.city,
        consumers.address_line,
        customers.created_at
    from consumers
    inner join customer_identities
        on
            consumers.identity_type = customer_identities.identity_type
            and consumers.match_value = customer_identities.identity_value
    left join customers on customer_identities.customer_id = customers.customer_id
    where consumers.record_id like 'account|%'
)

select
    records.record_id,
    records.contact_id,
    records.record_kind,
    records.source_name,
    records.source_record_id,
    records.customer_id,
    records.is_organisation,
    records.first_name,
    records.last_name,
    case when excluded_emails.match_value is null then records.email end as email,
    case when excluded_phones.match_value is null then records.phone end as phone,
    records.job_title,
    records.birth_date,
    records.postcode,
    records.city,
    records.address_line,
    records.created_at
from records
left join exclusions as excluded_emails
    on
        excluded_emails.identity_kind = 'email'
        and records.email = excluded_emails.match_value
left join exclusions as excluded_phones
    on
        excluded_phones.identity_kind = 'phone'
        and records.phone = excluded_phones.match_value
