{{ config(meta={'dagster': {'ref': {'name': 'mart_failure_demand'}}}) }}

-- Value demand + failure demand = contacts, the proxies add up to failure demand, no proxy counts
-- more contacts than it would claim alone, and segments, reasons and months add up to all.

with

demand as (
    select * from {{ ref('mart_failure_demand') }}
),

contacts as (
    select count(*) as contacts
    from {{ ref('int_service_contacts') }}
),

cells as (
    select
        period_grain,
        period_start,
        segment,
        reason,
        min(all_contacts) as all_contacts,
        sum(case when proxy_id = 'value_demand' then contacts else 0 end) as value_contacts,
        sum(case when proxy_id = 'failure_demand' then contacts else 0 end) as failure_contacts,
        sum(
            case when proxy_id in ('value_demand', 'failure_demand') then 0 else contacts end
        ) as proxy_contacts,
        max(case when contacts > claimed_contacts then 1 else 0 end) as counts_too_many
    from demand
    group by period_grain, period_start, segment, reason
),

totals as (
    select
        sum(
            case
                when period_grain = 'all' and segment = 'all' and reason = 'all'
                    then all_contacts
            end
        ) as all_contacts,
        sum(
            case
                when period_grain = 'month' and segment = 'all' and reason = 'all'
                    then all_contacts
            end
        ) as by_month,
        sum(
            case
                when period_grain = 'all' and segment <> 'all' and reason = 'all'
                    then all_contacts
            end
        ) as by_segment,
        sum(
            case
                when period_grain = 'all' and segment = 'all' and reason <> 'all'
                    then all_contacts
            end
        ) as by_reason
    from cells
)

select
    'kinds of demand do not add up' as problem,
    period_grain,
    period_start,
    segment,
    reason
from cells
where
    value_contacts + failure_contacts <> all_contacts
    or proxy_contacts <> failure_contacts
    or counts_too_many = 1

union all

select
    'parts do not add up to all contacts' as problem,
    cast(null as varchar) as period_grain,
    cast(null as date) as period_start,
    cast(null as varchar) as segment,
    cast(null as varchar) as reason
from totals
cross join contacts
where
    coalesce(totals.all_contacts, 0) <> contacts.contacts
    or totals.by_month <> totals.all_contacts
    or totals.by_segment <> totals.all_contacts
    or totals.by_reason <> totals.all_contacts
