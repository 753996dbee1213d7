with

visits as (
    select * from {{ ref('fct_journey_visits') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

-- Each visit is entered from the one before it or from the start, and the last one leads to what
-- became of the instance: what goes in comes out.
moves as (
    select
        journey_instance_id,
        coalesce(previous_touchpoint_id, '(start)') as from_touchpoint_id,
        touchpoint_id as to_touchpoint_id,
        seconds_from_previous,
        is_return,
        is_channel_switch,
        is_hand_off
    from visits

    union all

    select
        journey_instance_id,
        last_touchpoint_id as from_touchpoint_id,
        '(' || outcome || ')' as to_touchpoint_id,
        cast(null as double) as seconds_from_previous,
        false as is_return,
        false as is_channel_switch,
        false as is_hand_off
    from instances
),

placed as (
    select
        instances.journey_id,
        instances.segment,
        instances.start_month,
        moves.from_touchpoint_id,
        moves.to_touchpoint_id,
        moves.seconds_from_previous,
        moves.is_return,
        moves.is_channel_switch,
        moves.is_hand_off
    from moves
    inner join instances on moves.journey_instance_id = instances.journey_instance_id
),

counted as (
    select
        journey_id,
        segment,
        start_month,
        from_touchpoint_id,
        to_touchpoint_id,
        count(*) as transitions,
        sum(case when is_return then 1 else 0 end) as return_count,
        sum(case when is_channel_switch then 1 else 0 end) as channel_switch_count,
        sum(case when is_hand_off then 1 else 0 end) as hand_off_count,
        percentile_cont(0.5) within group (order by seconds_from_previous) as seconds_p50,
        percentile_cont(0.9) within group (order by seconds_from_previous) as seconds_p90
    from placed
    group by journey_id, from_touchpoint_id, to_touchpoint_id, cube(segment, start_month)
),

first_months as (
    select
        journey_id,
        min(start_month) as first_month
    from instances
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
    counted.seconds_p50 / 3600.0e0 as hours_p50,
    counted.seconds_p90 / 3600.0e0 as hours_p90
from counted
inner join first_months on counted.journey_id = first_months.journey_id
