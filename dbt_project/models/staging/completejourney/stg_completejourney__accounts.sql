{{ config(enabled=is_source_enabled('completejourney')) }}

with

transactions as (
    select * from {{ source('completejourney', 'transactions') }}
),

campaigns as (
    select * from {{ source('completejourney', 'campaigns') }}
),

demographics as (
    select * from {{ source('completejourney', 'demographics') }}
),

households as (
    select household_id from transactions
    union
    select household_id from campaigns
    union
    select household_id from demographics
),

first_purchases as (
    select
        household_id,
        min(transaction_timestamp) as created_at
    from transactions
    group by household_id
)

select
    'completejourney' as source_name,
    households.household_id as account_id,
    'completejourney_household_id' as customer_key_type,
    households.household_id as customer_key,
    false as is_organisation,
    'retail' as business_model,
    demographics.household_comp as segment,
    demographics.household_size as size_band,
    'US' as country,
    first_purchases.created_at
from households
left join demographics on households.household_id = demographics.household_id
left join first_purchases on households.household_id = first_purchases.household_id
