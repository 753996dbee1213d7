{{ config(enabled=is_source_enabled('demo_web')) }}

with identifies as (
    select * from {{ source('demo_web', 'identifies') }}
)

select
    'demo_web' as source_name,
    message_id as source_record_id,
    'web_visitor_id' as identity_type,
    anonymous_id as identity_value,
    identified_at as observed_at
from identifies
union all
select
    'demo_web' as source_name,
    message_id as source_record_id,
    'email' as identity_type,
    lower(trim(email)) as identity_value,
    identified_at as observed_at
from identifies
