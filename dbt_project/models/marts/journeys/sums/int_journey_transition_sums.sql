{%- set keys = [
    'journey_id', 'segment', 'start_month', 'from_touchpoint_id', 'to_touchpoint_id', 'time_bucket',
] -%}
{{ config(
    unique_key=keys,
    meta={'reads_changes_of': ['fct_journey_visits', 'fct_journeys']},
    post_hook="{{ mark_sums_kept('transitions') }}",
) }}

with

visits as (
    {{ weighted_rows('fct_journey_visits') }}
),

instances as (
    {{ weighted_rows('fct_journeys') }}
),

-- Each visit is entered from the one before it or from the start, and the last one leads to what
-- became of the instance: what goes in comes out.
changed as (
    select
        journey_id,
        segment,
        start_month,
        coalesce(previous_touchpoint_id, '(start)') as from_touchpoint_id,
        touchpoint_id as to_touchpoint_id,
        {{ time_bucket('seconds_from_previous') }} as time_bucket,
        sum(weight) as transitions,
        sum(case when is_return then weight else 0 end) as return_count,
        sum(case when is_channel_switch then weight else 0 end) as channel_switch_count,
        sum(case when is_hand_off then weight else 0 end) as hand_off_count
    from visits
    group by journey_id, segment, start_month, from_touchpoint_id, to_touchpoint_id, time_bucket

    union all

    select
        journey_id,
        segment,
        start_month,
        last_touchpoint_id as from_touchpoint_id,
        '(' || outcome || ')' as to_touchpoint_id,
        -1 as time_bucket,
        sum(weight) as transitions,
        0 as return_count,
        0 as channel_switch_count,
        0 as hand_off_count
    from instances
    group by journey_id, segment, start_month, last_touchpoint_id, outcome
)

{{ with_kept_sums(
    'changed', keys,
    ['transitions', 'return_count', 'channel_switch_count', 'hand_off_count']
) }}
