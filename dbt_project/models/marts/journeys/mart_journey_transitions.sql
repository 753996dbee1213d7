with

sums as (
    select * from {{ ref('int_journey_transition_sums') }}
),

by_time as (
    select
        journey_id,
        segment,
        start_month,
        from_touchpoint_id,
        to_touchpoint_id,
        time_bucket,
        sum(transitions) as transitions,
        sum(return_count) as return_count,
        sum(channel_switch_count) as channel_switch_count,
        sum(hand_off_count) as hand_off_count
    from sums
    group by
        journey_id,
        from_touchpoint_id,
        to_touchpoint_id,
        time_bucket,
        cube(segment, start_month)
),

cumulated as (
    {{ with_times_below(
        'by_time', 'transitions',
        ['journey_id', 'segment', 'start_month', 'from_touchpoint_id', 'to_touchpoint_id']
    ) }}
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        from_touchpoint_id,
        to_touchpoint_id,
        cast(sum(transitions) as bigint) as transitions,
        sum(return_count) as return_count,
        sum(channel_switch_count) as channel_switch_count,
        sum(hand_off_count) as hand_off_count,
        {{ percentile_bucket(50) }} as bucket_p50,
        {{ percentile_bucket(90) }} as bucket_p90
    from cumulated
    group by journey_id, segment, start_month, from_touchpoint_id, to_touchpoint_id
),

first_months as (
    select
        journey_id,
        min(start_month) as first_month
    from sums
    group by journey_id
)

select
    counted.journey_id,
    coalesce(counted.segment, 'all') as segment,
    case when counted.start_month is null then 'all' else 'month' end as period_grain,
    coalesce(counted.start_month, first_months.first_month) as period_start,
    counted.from_touchpoint_id,
    counted.to_touchpoint_id,
    case
        when counted.from_touchpoint_id = '(start)' then 'start'
        when counted.to_touchpoint_id like '(%' then 'end'
        when counted.from_touchpoint_id = counted.to_touchpoint_id then 'repeat'
        else 'move'
    end as transition_kind,
    counted.transitions,
    counted.transitions * 1.0e0 / sum(counted.transitions) over (
        partition by
            counted.journey_id,
            counted.segment,
            counted.start_month,
            counted.from_touchpoint_id
    ) as share_of_from,
    cast(counted.return_count as bigint) as return_count,
    cast(counted.channel_switch_count as bigint) as channel_switch_count,
    cast(counted.hand_off_count as bigint) as hand_off_count,
    {{ hours_of_time_bucket('counted.bucket_p50') }} as hours_p50,
    {{ hours_of_time_bucket('counted.bucket_p90') }} as hours_p90
from counted
inner join first_months on counted.journey_id = first_months.journey_id
