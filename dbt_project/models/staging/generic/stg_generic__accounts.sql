{{ config(enabled=is_source_enabled('generic')) }}

select
    'generic' as source_name,
    account_id,
    customer_key_type,
    case when customer_key_type = 'email' then lower(trim(customer_key)) else customer_key end
        as customer_key,
    account_name,
    is_organisation,
    business_model,
    segment,
    industry,
    country,
    size_band,
    owner_id,
    created_at,
    is_test,
    first_name,
    last_name,
    birth_date,
    postcode,
    city,
    address_line
from {{ source('generic', 'accounts') }}
