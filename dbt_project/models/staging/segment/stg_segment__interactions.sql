{{ config(enabled=is_source_enabled('segment')) }}

with calls as (
    select * from {{ ref('base_segment__calls') }}
)

select
    'segment' as source_name,
    message_id as interaction_id,
    case
        when user_id is not null then 'product_user_id'
        when anonymous_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(user_id, anonymous_id) as customer_key,
    case call_type
        when 'page' then 'page_viewed'
        when 'screen' then 'screen_viewed'
        else event_name
    end as event_name,
    channel_id,
    occurred_at,
    session_id,
    case when session_id is not null then 'session' end as related_type,
    session_id as related_id,
    page_path as page
from calls
where
    call_type in ('page', 'screen')
    or (
        call_type = 'track'
        {%- if not is_supplied_elsewhere('orders', ['segment', 'ga4']) %}
        -- Orders are told by the stream of orders, unless another source books them.
        and (
            order_id is null
            or event_name not in (
                'Order Completed', 'Order Updated', 'Order Refunded', 'Order Cancelled'
            )
        )
        {%- endif %}
    )
