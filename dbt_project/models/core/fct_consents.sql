with

consents as (
    select * from {{ ref('int_consents_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
)

select
    consents.source_name || ':' || consents.consent_id as consent_id,
    customer_identities.customer_id,
    consents.customer_key_type,
    consents.customer_key,
    consents.purpose,
    consents.is_granted,
    consents.updated_at,
    consents.source_name
from consents
left join customer_identities
    on
        consents.customer_key_type = customer_identities.identity_type
        and consents.customer_key = customer_identities.identity_value
