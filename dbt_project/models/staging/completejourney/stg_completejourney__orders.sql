{{ config(enabled=is_source_enabled('completejourney')) }}

select
    'completejourney' as source_name,
    basket_id as order_id,
    'completejourney_household_id' as customer_key_type,
    min(household_id) as customer_key,
    min(transaction_timestamp) as ordered_at,
    'completed' as status,
    'store' as channel_id,
    sum(sales_value) as total_amount,
    'USD' as currency
from {{ source('completejourney', 'transactions') }}
group by basket_id
