{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_superseded_interactions() }}",
) }}

-- Changes are noted before they are written, so that a killed run forgets none.
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('int_interactions_changed') }}

with

interactions as (
    {%- if is_incremental() %}
    select * from {{ ref('int_interactions_changed') }}
    where change = 'arrived'
    {%- else %}
    select * from {{ ref('int_interactions_mapped') }}
    {%- endif %}
)

select {{ interaction_columns() | join(', ') }}
from interactions
