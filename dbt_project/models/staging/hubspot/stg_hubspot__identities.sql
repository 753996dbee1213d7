{{ config(enabled=is_source_enabled('hubspot')) }}

with contacts as (
    select
        'contact:' || contact_id as source_record_id,
        company_id,
        contact_id,
        email,
        phone,
        mobile_phone,
        {{ split_text('merged_ids', ';') }} as merged_list,
        created_at as observed_at
    from {{ ref('base_hubspot__contacts') }}
),

companies as (
    select
        'company:' || company_id as source_record_id,
        company_id,
        phone,
        created_at as observed_at
    from {{ source('hubspot', 'companies') }}
),

-- A contact that went into another lives on as one of its ids; some lists put the moment of the
-- merge behind it.
merged as (
    select
        source_record_id,
        observed_at,
        {{ explode_items('merged_list', 'merged_id') }}
    from contacts
),

identifiers as (
    {% for relation, identity_type, value in [
        ('contacts', 'crm_account_id', 'company_id'),
        ('contacts', 'crm_contact_id', 'contact_id'),
        ('contacts', 'email', 'email'),
        ('contacts', 'phone', 'phone'),
        ('contacts', 'phone', 'mobile_phone'),
        ('companies', 'crm_account_id', 'company_id'),
        ('companies', 'phone', 'phone'),
        ('merged', 'crm_contact_id',
         "nullif(trim(" ~ dbt.split_part('merged_id', "':'", 1) ~ "), '')"),
    ] -%}
    {% if not loop.first %}union distinct
    {% endif -%}
    select
        source_record_id,
        '{{ identity_type }}' as identity_type,
        {{ value }} as identity_value,
        observed_at
    from {{ relation }}
    where {{ value }} is not null
    {% endfor %}
)

select
    'hubspot' as source_name,
    source_record_id,
    identity_type,
    identity_value,
    observed_at
from identifiers
