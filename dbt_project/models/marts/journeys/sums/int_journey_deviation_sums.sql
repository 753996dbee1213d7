{%- set keys = [
    'journey_id', 'segment', 'start_month', 'outcome', 'deviation', 'step_number', 'touchpoint_id',
] -%}
{{ config(
    unique_key=keys,
    meta={'reads_changes_of': ['fct_journey_deviations']},
    post_hook="{{ mark_sums_kept('instances') }}",
) }}

with

deviations as (
    {{ weighted_rows('fct_journey_deviations') }}
),

changed as (
    select
        journey_id,
        segment,
        start_month,
        outcome,
        deviation,
        coalesce(step_number, 0) as step_number,
        touchpoint_id,
        sum(weight) as instances
    from deviations
    group by 1, 2, 3, 4, 5, 6, 7
)

{{ with_kept_sums('changed', keys, ['instances']) }}
