{{ config(enabled=is_source_enabled('intercom')) }}

-- Not to have unsubscribed is no consent, so only withdrawals are entries; when it was withdrawn is
-- not kept, at the latest when the contact was last changed.
select
    'intercom' as source_name,
    contact_id || ':unsubscribed' as consent_id,
    'intercom_contact_id' as customer_key_type,
    contact_id as customer_key,
    'marketing' as purpose,
    false as is_granted,
    coalesce(updated_at, created_at) as updated_at
from {{ ref('base_intercom__contacts') }}
where is_unsubscribed
