{%- set facts = ['fct_journeys'] -%}
{%- set keys = ['journey_id', 'segment', 'start_month', 'variant_id', 'path_length', 'outcome'] -%}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=keys,
    on_schema_change='fail',
    pre_hook="{{ forget_sums_that_begin_anew(['fct_journeys']) }}",
    schema='core',
    contract={'enforced': false},
    post_hook="{{ mark_sums_kept('instances', ['fct_journeys']) }}",
) }}

with

instances as (
    {{ weighted_rows('fct_journeys', facts) }}
),

changed as (
    select
        journey_id,
        segment,
        start_month,
        variant_id,
        path_length,
        outcome,
        sum(weight) as instances,
        sum(repeat_count * weight) as repeat_count
    from instances
    group by journey_id, segment, start_month, variant_id, path_length, outcome
)

{{ with_kept_sums('changed', keys, ['instances', 'repeat_count'], facts) }}
