{{ config(enabled=is_source_enabled('italian_helpdesk')) }}

-- The log knows customers by their tickets alone: companies, since they have contracts of service.
select
    'italian_helpdesk' as source_name,
    customer as account_id,
    'italian_helpdesk_customer' as customer_key_type,
    customer as customer_key,
    true as is_organisation,
    min(occurred_at) as created_at
from {{ ref('base_italian_helpdesk__events') }}
where customer is not null
group by customer
