{%- set keys = ['journey_id', 'segment', 'start_month', 'step_number', 'outcome'] -%}
{{ config(
    unique_key=keys,
    meta={'reads_changes_of': ['fct_journey_steps']},
    post_hook="{{ mark_sums_kept('instances') }}",
) }}

with

steps as (
    {{ weighted_rows('fct_journey_steps') }}
),

changed as (
    select
        journey_id,
        segment,
        start_month,
        step_number,
        outcome,
        sum(weight) as instances,
        sum(case when is_late is not null then weight else 0 end) as timed_count,
        sum(case when is_late then weight else 0 end) as late_count
    from steps
    group by journey_id, segment, start_month, step_number, outcome
)

{{ with_kept_sums('changed', keys, ['instances', 'timed_count', 'late_count']) }}
