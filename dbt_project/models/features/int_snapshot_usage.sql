with

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

usage_daily as (
    select * from {{ ref('fct_usage_daily') }}
),

customer_days as (
    select
        customer_id,
        usage_date,
        count(*) as feature_count,
        sum(event_count) as event_count,
        sum(error_count) as error_count
    from usage_daily
    where customer_id is not null
    group by customer_id, usage_date
),

windows as (
    select
        customer_days.customer_id,
        snapshot_days.as_of_date,
        sum(case when snapshot_days.days_before < 30 then customer_days.event_count else 0 end)
            as event_count_30d,
        sum(
            case
                when snapshot_days.days_before between 30 and 59 then customer_days.event_count
                else 0
            end
        ) as event_count_previous_30d,
        sum(case when snapshot_days.days_before < 90 then customer_days.event_count else 0 end)
            as event_count_90d,
        sum(case when snapshot_days.days_before < 30 then customer_days.feature_count else 0 end)
            as feature_day_count_30d,
        sum(case when snapshot_days.days_before >= 30 then customer_days.feature_count else 0 end)
            as feature_day_count_before,
        sum(case when snapshot_days.days_before < 30 then 1 else 0 end) as active_day_count_30d,
        sum(case when snapshot_days.days_before < 90 then 1 else 0 end) as active_day_count_90d,
        sum(case when snapshot_days.days_before < 30 then coalesce(customer_days.error_count, 0) else 0 end)
            as error_count_30d,
        min(snapshot_days.days_before) as days_since_last_use
    from customer_days
    inner join snapshot_days on customer_days.usage_date = snapshot_days.day_date
    group by customer_days.customer_id, snapshot_days.as_of_date
),

feature_windows as (
    select
        usage_daily.customer_id,
        snapshot_days.as_of_date,
        usage_daily.feature
    from usage_daily
    inner join snapshot_days on usage_daily.usage_date = snapshot_days.day_date
    where usage_daily.customer_id is not null and snapshot_days.days_before < 90
    group by usage_daily.customer_id, snapshot_days.as_of_date, usage_daily.feature
),

features_used as (
    select
        customer_id,
        as_of_date,
        count(*) as active_feature_count_90d
    from feature_windows
    group by customer_id, as_of_date
)

select
    windows.customer_id,
    windows.as_of_date,
    cast(windows.event_count_30d as bigint) as event_count_30d,
    cast(windows.event_count_previous_30d as bigint) as event_count_previous_30d,
    cast(windows.event_count_90d as bigint) as event_count_90d,
    cast(windows.feature_day_count_30d as bigint) as feature_day_count_30d,
    cast(windows.feature_day_count_before as bigint) as feature_day_count_before,
    cast(windows.active_day_count_30d as bigint) as active_day_count_30d,
    cast(windows.active_day_count_90d as bigint) as active_day_count_90d,
    cast(windows.error_count_30d as bigint) as error_count_30d,
    cast(windows.days_since_last_use as bigint) as days_since_last_use,
    coalesce(features_used.active_feature_count_90d, 0) as active_feature_count_90d
from windows
left join features_used
    on
        windows.customer_id = features_used.customer_id
        and windows.as_of_date = features_used.as_of_date
