{{ config(enabled=is_source_enabled('demo_product')) }}

with users as (
    select
        'user:' || user_id as source_record_id,
        user_id,
        billing_customer_id,
        lower(trim(email)) as email,
        created_at as observed_at
    from {{ source('demo_product', 'users') }}
)

select
    'demo_product' as source_name,
    source_record_id,
    'product_user_id' as identity_type,
    user_id as identity_value,
    observed_at
from users
union all
select
    'demo_product' as source_name,
    source_record_id,
    'billing_customer_id' as identity_type,
    billing_customer_id as identity_value,
    observed_at
from users
union all
select
    'demo_product' as source_name,
    source_record_id,
    'email' as identity_type,
    email as identity_value,
    observed_at
from users
where email is not null
