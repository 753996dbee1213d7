{%- set keys = ['journey_id', 'segment', 'start_month', 'variant_id', 'path_length', 'outcome'] -%}
{{ config(
    unique_key=keys,
    meta={'reads_changes_of': ['fct_journeys']},
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
