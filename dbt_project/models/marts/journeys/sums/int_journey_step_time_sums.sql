{%- set keys = [
    'journey_id', 'segment', 'start_month', 'step_number', 'time_since', 'time_bucket',
] -%}
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
    {%- for since in ['start', 'previous'] %}
    select
        journey_id,
        segment,
        start_month,
        step_number,
        '{{ since }}' as time_since,
        {{ time_bucket('hours_from_' ~ since ~ ' * 3600') }} as time_bucket,
        sum(weight) as instances
    from steps
    where hours_from_{{ since }} is not null
    group by journey_id, segment, start_month, step_number, time_bucket
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

{{ with_kept_sums('changed', keys, ['instances']) }}
