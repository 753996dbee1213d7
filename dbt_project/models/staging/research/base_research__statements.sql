{{ config(enabled=is_source_enabled('research')) }}

with

statements as (
    select
        *,
        {{ email_address('email') }} as email_address,
        nullif(trim(external_reference), '') as external_id
    from {{ source('research', 'statements') }}
)

{% set keys = [
    ('email', 'email_address'),
    (external_id_type('research'), 'external_id'),
] -%}
select
    statement_id,
    method,
    held_at,
    case when lower(place) in ('phone', 'store', 'chat', 'web') then lower(place) end as channel_id,
    touchpoint_id,
    statement,
    rating,
    email_address as email,
    external_id,
    {{ first_key_type(keys) }} as customer_key_type,
    {{ first_key(keys) }} as customer_key
from statements
