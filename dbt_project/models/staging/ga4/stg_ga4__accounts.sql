{{ config(enabled=is_source_enabled('ga4')) }}

-- Where another system knows the customers, it is the one to say who is one.
with users as (
    select
        user_id,
        min(occurred_at) as created_at
    from {{ ref('base_ga4__events') }}
    where
        user_id is not null
        and {{ 'false' if is_supplied_elsewhere('accounts', ['ga4']) else 'true' }}
    group by user_id
)

select
    'ga4' as source_name,
    user_id as account_id,
    'product_user_id' as customer_key_type,
    user_id as customer_key,
    false as is_organisation,
    created_at
from users
