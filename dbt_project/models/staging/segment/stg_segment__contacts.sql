{{ config(enabled=is_source_enabled('segment')) }}

with identifies as (
    select
        *,
        min(occurred_at) over (partition by user_id) as created_at,
        row_number() over (partition by user_id order by occurred_at desc, message_id asc)
            as recency
    from {{ ref('base_segment__calls') }}
    where call_type = 'identify' and user_id is not null
)

select
    'segment' as source_name,
    user_id as contact_id,
    'product_user_id' as customer_key_type,
    user_id as customer_key,
    full_name,
    {{ email_address('email') }} as email,
    phone,
    job_title,
    created_at
from identifies
where recency = 1
