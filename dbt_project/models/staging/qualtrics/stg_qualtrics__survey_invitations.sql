{{ config(enabled=is_source_enabled('qualtrics')) }}

with

deliveries as (
    select * from {{ source('qualtrics', 'distribution_contact') }}
),

distributions as (
    select * from {{ source('qualtrics', 'distribution') }}
)

-- Reminders and thanks go to people who were invited before: they are no invitations.
select
    'qualtrics' as source_name,
    deliveries.distribution_id || ':' || deliveries.contact_id as invitation_id,
    distributions.survey_id,
    'qualtrics_contact_id' as customer_key_type,
    deliveries.contact_id as customer_key,
    case when lower(distributions.request_type) like '%sms%' then 'sms' else 'email' end
        as channel_id,
    deliveries.sent_at,
    deliveries.opened_at,
    deliveries.response_started_at as started_at,
    deliveries.response_completed_at as completed_at,
    lower(deliveries.status) in ('hardbounce', 'softbounce', 'failure', 'blocked') as is_bounced
from deliveries
inner join distributions on deliveries.distribution_id = distributions.distribution_id
where
    deliveries.sent_at is not null
    and lower(coalesce(distributions.request_type, '')) not in ('reminder', 'thankyou')
