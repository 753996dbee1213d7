{{ config(enabled=is_source_enabled('ga4')) }}

select
    'ga4' as source_name,
    event_id as interaction_id,
    case
        when user_id is not null then 'product_user_id'
        when user_pseudo_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(user_id, user_pseudo_id) as customer_key,
    event_name,
    channel_id,
    occurred_at,
    session_id,
    case when session_id is not null then 'session' end as related_type,
    session_id as related_id,
    duration_seconds,
    page,
    marketing_channel,
    load_id
from {{ ref('base_ga4__events') }}
where
    -- Sent by the library itself, beside the event that brought them about.
    event_name not in ('session_start', 'first_visit', 'first_open', 'user_engagement', 'scroll')
    {%- if not is_supplied_elsewhere('orders', ['ga4']) %}
    -- Orders are told by the stream of orders, unless another source books them.
    and (event_name not in ('purchase', 'refund') or transaction_id is null)
    {%- endif %}
