select
    source_name || ':' || spend_id as spend_id,
    spend_date,
    marketing_channel,
    campaign,
    spend_amount,
    currency,
    clicks,
    impressions,
    source_name
from {{ ref('int_marketing_spend_unioned') }}
