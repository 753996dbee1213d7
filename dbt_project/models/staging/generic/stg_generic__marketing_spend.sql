{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    spend_id,
    spend_date,
    marketing_channel,
    campaign,
    spend_amount,
    currency,
    clicks,
    impressions
from {{ source('generic', 'marketing_spend') }}
