{{ config(enabled=is_source_enabled('stripe')) }}

with customers as (
    select
        'customer:' || customer_id as source_record_id,
        customer_id,
        {{ email_address('email') }} as email,
        phone,
        coalesce(crm_account_id, {{ json_text('metadata', '$.crm_account_id') }})
            as crm_account_id,
        coalesce(product_user_id, {{ json_text('metadata', '$.user_id') }}) as product_user_id,
        created_at as observed_at
    from {{ source('stripe', 'customers') }}
),

-- A guest pays without being a customer of the vendor's; the e-mail is all there is.
guests as (
    select
        'guest:' || email as source_record_id,
        email,
        min(created_at) as observed_at
    from {{ ref('base_stripe__charges') }}
    where customer_id is null and email is not null
    group by email
),

identifiers as (
    {% for relation, identity_type, column in [
        ('customers', 'billing_customer_id', 'customer_id'),
        ('customers', 'email', 'email'),
        ('customers', 'phone', 'phone'),
        ('customers', 'crm_account_id', 'crm_account_id'),
        ('customers', 'product_user_id', 'product_user_id'),
        ('guests', 'email', 'email'),
    ] -%}
    {% if not loop.first %}union all
    {% endif -%}
    select
        source_record_id,
        '{{ identity_type }}' as identity_type,
        {{ column }} as identity_value,
        observed_at
    from {{ relation }}
    where {{ column }} is not null
    {% endfor %}
)

select
    'stripe' as source_name,
    source_record_id,
    identity_type,
    identity_value,
    observed_at
from identifiers
