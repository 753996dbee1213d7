{{ config(enabled=is_source_enabled('hubspot')) }}

with email_events as (
    select
        email_events.event_id,
        email_events.event_type,
        email_events.recipient,
        email_events.occurred_at,
        upper(coalesce(
            email_events.subscription_status, email_status_changes.subscription_status
        )) as subscription_status
    from {{ source('hubspot', 'email_events') }} as email_events
    left join {{ source('hubspot', 'email_status_changes') }} as email_status_changes
        on email_events.event_id = email_status_changes.event_id
)

-- A tick that is not set is no consent, so it says nothing.
select
    'hubspot' as source_name,
    'contact:' || contact_id as consent_id,
    'crm_contact_id' as customer_key_type,
    contact_id as customer_key,
    'marketing' as purpose,
    false as is_granted,
    coalesce(updated_at, created_at) as updated_at
from {{ ref('base_hubspot__contacts') }}
where has_opted_out
union all
select
    'hubspot' as source_name,
    'email:' || event_id as consent_id,
    'email' as customer_key_type,
    {{ email_address('recipient') }} as customer_key,
    'marketing' as purpose,
    coalesce(subscription_status in ('SUBSCRIBED', 'RESUBSCRIBED'), false) as is_granted,
    occurred_at as updated_at
from email_events
where
    event_type = 'SPAMREPORT'
    or (
        event_type = 'STATUSCHANGE'
        and subscription_status in ('SUBSCRIBED', 'RESUBSCRIBED', 'UNSUBSCRIBED')
    )
