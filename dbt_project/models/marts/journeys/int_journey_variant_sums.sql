{%- set keys = ['journey_id', 'segment', 'start_month', 'variant_id', 'path_length', 'outcome'] -%}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=keys,
    on_schema_change='fail',
    meta={'reads_changes_of': ['fct_journeys']},
    pre_hook="{{ forget_sums_that_begin_anew() }}",
    schema='core',
    contract={'enforced': false},
    post_hook="{{ mark_sums_kept('instances') }}",
) }}

with

instances as (
    {{ weighted_rows('fct_journeys') }}
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

{{ with_kept_sums('changed', keys, ['instances', 'repeat_count']) }}
