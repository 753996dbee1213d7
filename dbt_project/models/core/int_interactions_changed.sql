{%- set stored = stored_table('core', 'fct_interactions') -%}
{%- set columns = interaction_columns() -%}
{%- set same_load = (
    "loads.source_name = rows.source_name"
    ~ " and loads.load_id is not distinct from rows.load_id"
) -%}

with

{% if stored %}
loads as (
    select * from {{ ref('int_interaction_loads') }}
    where load_state <> 'unchanged'
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- Keys that name another customer than when their rows were stored, or one who was no test then.
stored_keys as (
    select distinct
        customer_key_digest,
        customer_id,
        is_test
    from {{ stored }}
    where customer_key_digest is not null
),

known_keys as (
    select
        {{ text_digest("identities.identity_type || '|' || identities.identity_value") }}
            as customer_key_digest,
        identities.customer_id,
        coalesce(customers.is_test, false) as is_test
    from {{ ref('int_customer_identities') }} as identities
    left join customers on identities.customer_id = customers.customer_id
),

moved_keys as (
    select
        stored_keys.customer_key_digest,
        known_keys.customer_id,
        coalesce(known_keys.is_test, false) as is_test
    from stored_keys
    left join known_keys on stored_keys.customer_key_digest = known_keys.customer_key_digest
    where
        stored_keys.customer_id is distinct from known_keys.customer_id
        or stored_keys.is_test <> coalesce(known_keys.is_test, false)
),

loads_kept as (
    select * from {{ ref('int_interaction_loads') }}
    where load_state = 'unchanged'
),

kept_rows as (
    select rows.*
    from {{ stored }} as rows
    inner join moved_keys on rows.customer_key_digest = moved_keys.customer_key_digest
    inner join loads_kept as loads on {{ same_load }}
),

before as (
    select
        {%- for column in columns %}
        rows.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ stored }} as rows
    inner join loads on {{ same_load }}
    where not rows.is_derived

    union all

    select {{ columns | join(', ') }}
    from {{ stored }}
    where is_derived

    union all

    select {{ columns | join(', ') }}
    from kept_rows
),

after as (
    select
        {%- for column in columns %}
        rows.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_interactions_mapped') }} as rows
    inner join loads on {{ same_load }}
    where not rows.is_derived

    union all

    select {{ columns | join(', ') }}
    from {{ ref('int_interactions_mapped') }}
    where is_derived

    union all

    select
        {%- for column in columns %}
        {{ 'moved_keys' if column in ('customer_id', 'is_test') else 'rows' }}.{{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from kept_rows as rows
    inner join moved_keys on rows.customer_key_digest = moved_keys.customer_key_digest
)

select
    'arrived' as change,
    {{ columns | join(', ') }}
from (select * from after except select * from before)

union all

select
    'superseded' as change,
    {{ columns | join(', ') }}
from (select * from before except select * from after)
{% else %}
mapped as (
    select * from {{ ref('int_interactions_mapped') }}
)

-- Nothing is stored yet, or everything is built again: fct_interactions reads the whole stream.
select
    'arrived' as change,
    {{ columns | join(', ') }}
from mapped
where 1 = 0
-- depends_on: {{ ref('int_interaction_loads') }}, {{ ref('int_customer_identities') }}
-- depends_on: {{ ref('dim_customers') }}
{% endif %}
