{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    post_hook="{{ forget_consumed_changes() }}",
) }}
-- depends_on: {{ ref('int_interactions_changed') }}, {{ ref('journeys') }}
-- depends_on: {{ ref('dim_customers') }}

{#- A full refresh counts on from the log that it replaces, so that who read that one notices. -#}
{%- set last = namespace(number=0) -%}
{%- if execute -%}
    {%- set log = adapter.get_relation(
        database=target.database, schema=this.schema, identifier=this.identifier
    ) -%}
{%- if log -%}
        {%- set last.number = run_query(
            'select coalesce(max(change_number), 0) from ' ~ log
        ).columns[0].values()[0] -%}
    {%- endif -%}
{%- endif -%}
{%- set instances = stored_table('marts', 'fct_journeys') %}

with

{% if instances -%}
journeys as (
    select * from {{ ref('journeys') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- Instances that the day alone has ended, or opened again when it went back, and those of customers
-- who are in another segment now.
outdated as (
    select
        journeys.instance_scope as scope_type,
        instances.scope_key
    from {{ instances }} as instances
    inner join journeys on instances.journey_id = journeys.journey_id
    left join customers on instances.customer_id = customers.customer_id
    where
        instances.segment <> coalesce(customers.segment, 'unknown')
        or (instances.closed_by is not null) <> ({{ is_over_by_as_of('instances.silent_until') }})
),

{% endif -%}
scopes as (
    {%- if stored_table('core', 'fct_interactions') %}
    select
        'customer' as scope_type,
        customer_id as scope_key
    from {{ ref('int_interactions_changed') }}
    where customer_id is not null

    union

    select
        'related' as scope_type,
        {{ related_key('related_type', 'related_id') }} as scope_key
    from {{ ref('int_interactions_changed') }}
    where related_id is not null
    {%- if instances %}

    union

    select
        scope_type,
        scope_key
    from outdated
    {%- endif %}
    {%- else %}
    select
        'all' as scope_type,
        cast(null as varchar) as scope_key
    {%- endif %}
)

select
    cast({{ last.number + 1 }} as bigint) as change_number,
    scope_type,
    scope_key
from scopes
