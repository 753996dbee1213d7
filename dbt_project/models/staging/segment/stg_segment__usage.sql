{{ config(enabled=is_source_enabled('segment')) }}

-- What known users do, a day: a track call names what was used, a screen is one.
with uses as (
    select
        user_id,
        case call_type when 'screen' then 'screen' else event_name end as feature,
        cast(occurred_at as date) as usage_date
    from {{ ref('base_segment__calls') }}
    where call_type in ('track', 'screen') and user_id is not null
)

select
    'segment' as source_name,
    user_id || ':' || feature || ':' || cast(usage_date as varchar) as usage_id,
    'product_user_id' as customer_key_type,
    user_id as customer_key,
    user_id,
    feature,
    usage_date,
    count(*) as event_count
from uses
group by user_id, feature, usage_date
