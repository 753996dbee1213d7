with

usage as (
    select * from {{ ref('int_usage_unioned') }}
),

customer_identities as (
    select * from {{ ref('int_customer_identities') }}
),

-- Users are told apart within their source: two products may both have a user 1.
resolved as (
    select
        customer_identities.customer_id,
        usage.usage_date,
        usage.feature,
        usage.source_name || ':' || usage.user_id as user_key,
        usage.event_count,
        usage.active_seconds,
        usage.error_count
    from usage
    left join customer_identities
        on
            usage.customer_key_type = customer_identities.identity_type
            and usage.customer_key = customer_identities.identity_value
)

select
    customer_id,
    usage_date,
    feature,
    count(distinct user_key) as user_count,
    cast(sum(event_count) as bigint) as event_count,
    {{ exact_sum('active_seconds') }} as active_seconds,
    cast(sum(error_count) as bigint) as error_count
from resolved
group by customer_id, usage_date, feature
