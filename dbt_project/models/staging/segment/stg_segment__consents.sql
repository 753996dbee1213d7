{{ config(enabled=is_source_enabled('segment')) }}

-- The e-mail events of the vendor's vocabulary know one word about consent.
select
    'segment' as source_name,
    message_id as consent_id,
    case
        when user_id is not null then 'product_user_id'
        when anonymous_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(user_id, anonymous_id) as customer_key,
    'marketing' as purpose,
    false as is_granted,
    occurred_at as updated_at
from {{ ref('base_segment__calls') }}
where call_type = 'track' and event_name = 'Unsubscribed'
