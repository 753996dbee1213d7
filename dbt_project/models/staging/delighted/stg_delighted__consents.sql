{{ config(enabled=is_source_enabled('delighted')) }}

-- Not to have unsubscribed is no consent, so only withdrawals are entries.
select
    'delighted' as source_name,
    person_id || ':unsubscribed' as consent_id,
    'delighted_person_id' as customer_key_type,
    person_id as customer_key,
    'survey' as purpose,
    false as is_granted,
    unsubscribed_at as updated_at
from {{ source('delighted', 'unsubscribes') }}
