with

invitations as (
    select * from {{ ref('int_survey_invitations_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
)

select
    invitations.source_name || ':' || invitations.invitation_id as invitation_id,
    invitations.survey_id,
    customer_identities.customer_id,
    invitations.channel_id,
    invitations.sent_at,
    {{ known_by_as_of('invitations.delivered_at') }} as delivered_at,
    {{ known_by_as_of('invitations.opened_at') }} as opened_at,
    {{ known_by_as_of('invitations.started_at') }} as started_at,
    {{ known_by_as_of('invitations.completed_at') }} as completed_at,
    invitations.is_bounced,
    invitations.source_name
from invitations
left join customer_identities
    on
        invitations.customer_key_type = customer_identities.identity_type
        and invitations.customer_key = customer_identities.identity_value
