{{ config(enabled=is_source_enabled('intercom')) }}

with

contacts as (
    select * from {{ source('intercom', 'contacts') }}
    -- A history's last version is inactive when the contact was deleted.
    where coalesce(is_active, true)
),

listed as (
    select
        contact_id,
        {{ explode_items(json_items('companies'), 'company') }}
    from contacts
),

memberships as (
    select
        contact_id,
        {{ json_text('company', '$.id') }} as company_id
    from listed
    union
    select
        contact_id,
        company_id
    from {{ source('intercom', 'contact_companies') }}
    where coalesce(is_active, true)
),

-- Somebody may work for several companies; the account is one of them, always the same.
first_memberships as (
    select
        contact_id,
        min(company_id) as company_id
    from memberships
    group by contact_id
)

select
    contacts.contact_id,
    first_memberships.company_id,
    contacts.full_name,
    {{ email_address('contacts.email') }} as email,
    nullif(trim(contacts.phone), '') as phone,
    nullif(trim(contacts.external_id), '') as external_id,
    -- Visitors who never said who they are: everybody has an id, few are customers.
    coalesce(contacts.role, 'user') = 'lead' and contacts.email is null as is_anonymous,
    contacts.created_at,
    contacts.updated_at,
    contacts.is_unsubscribed,
    coalesce(contacts.is_spam, false) as is_spam
from contacts
left join first_memberships on contacts.contact_id = first_memberships.contact_id
