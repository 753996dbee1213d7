{{ config(enabled=is_source_enabled('ga4')) }}

-- A visitor who never says who they are is nobody's record.
with records as (
    select
        user_pseudo_id,
        user_id,
        'user:' || user_id || ':' || coalesce(user_pseudo_id, '') as source_record_id,
        min(occurred_at) as observed_at
    from {{ ref('base_ga4__events') }}
    where user_id is not null
    group by user_pseudo_id, user_id
)

select
    'ga4' as source_name,
    source_record_id,
    'product_user_id' as identity_type,
    user_id as identity_value,
    observed_at
from records
union all
select
    'ga4' as source_name,
    source_record_id,
    'web_visitor_id' as identity_type,
    user_pseudo_id as identity_value,
    observed_at
from records
where user_pseudo_id is not null
