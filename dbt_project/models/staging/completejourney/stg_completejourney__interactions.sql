{{ config(enabled=is_source_enabled('completejourney')) }}

with

campaigns as (
    select * from {{ source('completejourney', 'campaigns') }}
),

campaign_descriptions as (
    select * from {{ source('completejourney', 'campaign_descriptions') }}
),

redemptions as (
    select * from {{ source('completejourney', 'coupon_redemptions') }}
),

-- Days without a time of day stand at their midnight.
received as (
    select
        'received:' || campaigns.campaign_id || ':' || campaigns.household_id as interaction_id,
        campaigns.household_id,
        campaigns.campaign_id,
        'campaign_received' as event_name,
        -- By post, which is none of the channels on which a customer can answer.
        cast(null as varchar) as channel_id,
        cast(campaign_descriptions.start_date as timestamp) as occurred_at
    from campaigns
    inner join campaign_descriptions
        on campaigns.campaign_id = campaign_descriptions.campaign_id
),

redeemed as (
    select
        'redeemed:' || campaign_id || ':' || household_id || ':' || coupon_upc || ':'
        || cast(redemption_date as varchar) as interaction_id,
        household_id,
        campaign_id,
        'coupon_redeemed' as event_name,
        'store' as channel_id,
        cast(redemption_date as timestamp) as occurred_at
    from redemptions
),

together as (
    select * from received
    union all
    select * from redeemed
)

-- Tells no load: a day is that of the campaign, which stands in another file.
select
    'completejourney' as source_name,
    interaction_id,
    'completejourney_household_id' as customer_key_type,
    household_id as customer_key,
    event_name,
    channel_id,
    occurred_at,
    'campaign' as related_type,
    campaign_id || ':' || household_id as related_id
from together
