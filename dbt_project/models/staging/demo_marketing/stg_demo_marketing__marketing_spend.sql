{{ config(enabled=is_source_enabled('demo_marketing')) }}

select
    'demo_marketing' as source_name,
    spend_id,
    spend_date,
    marketing_channel,
    campaign,
    cost as spend_amount,
    currency,
    clicks,
    impressions
from {{ source('demo_marketing', 'spend') }}
