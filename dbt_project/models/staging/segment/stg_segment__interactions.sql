{{ config(enabled=is_source_enabled('segment')) }}

with

traffic_rules as (
    select * from {{ ref('traffic_channels') }}
),

calls as (
    select * from {{ ref('base_segment__calls') }}
),

traffic_channels as (
    {{ traffic_channels_of('calls', 'traffic_rules') }}
)

select
    'segment' as source_name,
    calls.message_id as interaction_id,
    case
        when calls.user_id is not null then 'product_user_id'
        when calls.anonymous_id is not null then 'web_visitor_id'
    end as customer_key_type,
    coalesce(calls.user_id, calls.anonymous_id) as customer_key,
    case calls.call_type
        when 'page' then 'page_viewed'
        when 'screen' then 'screen_viewed'
        else calls.event_name
    end as event_name,
    calls.channel_id,
    calls.occurred_at,
    calls.session_id,
    case when calls.session_id is not null then 'session' end as related_type,
    calls.session_id as related_id,
    calls.page_path as page,
    traffic_channels.marketing_channel,
    calls.load_id
from calls
left join traffic_channels on calls.traffic_key = traffic_channels.traffic_key
where
    calls.call_type in ('page', 'screen')
    or (
        calls.call_type = 'track'
        {%- if not is_supplied_elsewhere('orders', ['segment', 'ga4']) %}
        -- Orders are told by the stream of orders, unless another source books them.
        and (
            calls.order_id is null
            or calls.event_name not in (
                'Order Completed', 'Order Updated', 'Order Refunded', 'Order Cancelled'
            )
        )
        {%- endif %}
    )
