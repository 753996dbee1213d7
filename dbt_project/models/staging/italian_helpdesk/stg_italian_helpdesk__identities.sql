{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

select
    'italian_helpdesk' as source_name,
    customer as source_record_id,
    'italian_helpdesk_customer' as identity_type,
    customer as identity_value,
    min(occurred_at) as observed_at
from {{ ref('base_italian_helpdesk__events') }}
where customer is not null
group by customer
