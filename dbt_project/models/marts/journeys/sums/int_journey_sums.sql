{%- set keys = [
    'journey_id', 'segment', 'start_month', 'outcome', 'required_steps', 'required_steps_met',
    'is_late', 'has_returns',
] -%}
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
        outcome,
        required_steps,
        required_steps_met,
        late_step_count > 0 as is_late,
        return_count > 0 as has_returns,
        sum(weight) as instances
    from instances
    group by
        journey_id,
        segment,
        start_month,
        outcome,
        required_steps,
        required_steps_met,
        is_late,
        has_returns
)

{{ with_kept_sums('changed', keys, ['instances']) }}
