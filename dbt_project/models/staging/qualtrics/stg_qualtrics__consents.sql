{{ config(enabled=is_source_enabled('qualtrics')) }}

with

contacts as (
    select
        contact_id || ':directory' as consent_id,
        contact_id,
        unsubscribed_at
    from {{ ref('base_qualtrics__contacts') }}
    where is_unsubscribed
),

memberships as (
    select
        contact_id || ':' || mailing_list_id as consent_id,
        contact_id,
        coalesce(unsubscribed_at, synced_at) as unsubscribed_at
    from {{ source('qualtrics', 'contact_mailing_list_membership') }}
    where is_unsubscribed
),

together as (
    select * from contacts
    union all
    select * from memberships
)

-- Not to have unsubscribed is no consent, so only withdrawals are entries.
select
    'qualtrics' as source_name,
    consent_id,
    'qualtrics_contact_id' as customer_key_type,
    contact_id as customer_key,
    'survey' as purpose,
    false as is_granted,
    unsubscribed_at as updated_at
from together
where unsubscribed_at is not null
