{{ config(meta={'dagster': {'ref': {'name': 'mart_cost_to_serve'}}}) }}

-- Customers add up to segments, segments to all, channels to all channels, in contacts and in cost.

with

costs as (
    select
        cost_level,
        channel_id = 'all' as is_all_channels,
        sum(contacts) as contacts,
        sum(cost_amount) as cost_amount
    from {{ ref('mart_cost_to_serve') }}
    group by cost_level, channel_id = 'all'
),

totals as (
    select * from costs
    where cost_level = 'all' and is_all_channels
)

select
    costs.cost_level,
    costs.is_all_channels
from costs
cross join totals
where
    costs.contacts <> totals.contacts
    or coalesce(costs.cost_amount, 0) <> coalesce(totals.cost_amount, 0)
