{%- set keys = [
    'journey_id', 'segment', 'start_month', 'outcome', 'measure_kind', 'measure',
] -%}
{{ config(
    unique_key=keys,
    meta={'reads_changes_of': ['fct_journey_visits', 'fct_journeys'], 'joins_changes': true},
    post_hook="{{ mark_sums_kept('instances') }}",
) }}

with

visits as (
    {{ weighted_rows('fct_journey_visits') }}
),

instances as (
    {{ weighted_rows('fct_journeys') }}
),

-- An instance has a touchpoint or a transition or has it not, however often. Its first visit to a
-- touchpoint is neither a repeat nor a return.
features as (
    select
        journey_instance_id,
        change_number,
        weight,
        'touchpoint' as measure_kind,
        cast(null as varchar) as previous_touchpoint_id,
        touchpoint_id
    from visits
    where not is_repeat and not is_return

    union all

    select distinct
        journey_instance_id,
        change_number,
        weight,
        'transition' as measure_kind,
        previous_touchpoint_id,
        touchpoint_id
    from visits
    where previous_touchpoint_id is not null
),

-- What an instance was goes with the visits that it had then: both facts note a change under the
-- same number.
counted as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        features.measure_kind,
        features.previous_touchpoint_id,
        features.touchpoint_id,
        sum(features.weight) as instances
    from features
    inner join instances
        on
            features.journey_instance_id = instances.journey_instance_id
            and features.change_number = instances.change_number
            and features.weight = instances.weight
    group by
        instances.journey_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        features.measure_kind,
        features.previous_touchpoint_id,
        features.touchpoint_id
),

changed as (
    select
        journey_id,
        segment,
        start_month,
        outcome,
        measure_kind,
        coalesce(previous_touchpoint_id || ' > ', '') || touchpoint_id as measure,
        instances
    from counted
)

{{ with_kept_sums('changed', keys, ['instances']) }}
