-- Users are counted at the source's own grain: the daily fact has no users left to tell apart.
with

snapshot_days as (
    select * from {{ ref('int_feature_snapshot_days') }}
),

usage as (
    select * from {{ ref('int_usage_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

user_days as (
    select
        usage.customer_key_type,
        usage.customer_key,
        usage.source_name || ':' || usage.user_id as user_key,
        usage.usage_date
    from usage
    where usage.user_id is not null
    group by
        usage.customer_key_type,
        usage.customer_key,
        usage.source_name || ':' || usage.user_id,
        usage.usage_date
),

active_users as (
    select
        customer_identities.customer_id,
        snapshot_days.as_of_date,
        user_days.user_key
    from user_days
    inner join customer_identities
        on
            user_days.customer_key_type = customer_identities.identity_type
            and user_days.customer_key = customer_identities.identity_value
    inner join snapshot_days on user_days.usage_date = snapshot_days.day_date
    where snapshot_days.days_before < 90
    group by customer_identities.customer_id, snapshot_days.as_of_date, user_days.user_key
)

select
    customer_id,
    as_of_date,
    count(*) as active_user_count_90d
from active_users
group by customer_id, as_of_date
