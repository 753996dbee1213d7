{{ config(meta={'dagster': {'ref': {'name': 'mart_journey_transitions'}}}) }}

-- In every journey, segment and period: as many transitions lead into a touchpoint as out of it,
-- starts and ends are the instances, variants add up to them, and so do outcomes.

with

transitions as (
    select * from {{ ref('mart_journey_transitions') }}
),

variants as (
    select * from {{ ref('mart_journey_variants') }}
),

conformance as (
    select * from {{ ref('mart_journey_conformance') }}
),

flows as (
    select
        journey_id,
        segment,
        period_grain,
        period_start,
        to_touchpoint_id as touchpoint_id,
        transitions as flow_in,
        0 as flow_out
    from transitions
    where transition_kind <> 'end'

    union all

    select
        journey_id,
        segment,
        period_grain,
        period_start,
        from_touchpoint_id as touchpoint_id,
        0 as flow_in,
        transitions as flow_out
    from transitions
    where transition_kind <> 'start'
),

leaks as (
    select
        'as many in as out: ' || touchpoint_id as rule,
        journey_id,
        segment,
        period_grain,
        period_start
    from flows
    group by journey_id, segment, period_grain, period_start, touchpoint_id
    having sum(flow_in) <> sum(flow_out)
),

totals as (
    select
        journey_id,
        segment,
        period_grain,
        period_start,
        sum(case when transition_kind = 'start' then transitions else 0 end) as starts,
        sum(case when transition_kind = 'end' then transitions else 0 end) as ends,
        sum(case when to_touchpoint_id = '(completed)' then transitions else 0 end) as completed
    from transitions
    group by journey_id, segment, period_grain, period_start
),

paths as (
    select
        journey_id,
        segment,
        period_grain,
        period_start,
        sum(instances) as instances,
        sum(completed) as completed
    from variants
    group by journey_id, segment, period_grain, period_start
),

differences as (
    select
        'starts, ends, variants and outcomes are the instances' as rule,
        conformance.journey_id,
        conformance.segment,
        conformance.period_grain,
        conformance.period_start
    from conformance
    left join totals
        on
            conformance.journey_id = totals.journey_id
            and conformance.segment = totals.segment
            and conformance.period_grain = totals.period_grain
            and conformance.period_start = totals.period_start
    left join paths
        on
            conformance.journey_id = paths.journey_id
            and conformance.segment = paths.segment
            and conformance.period_grain = paths.period_grain
            and conformance.period_start = paths.period_start
    where
        conformance.instances is distinct from totals.starts
        or conformance.instances is distinct from totals.ends
        or conformance.instances is distinct from paths.instances
        or conformance.completed is distinct from totals.completed
        or conformance.completed is distinct from paths.completed
        or conformance.instances
        <> conformance.completed + conformance.abandoned + conformance.open_instances
),

parts as (
    select
        'segments and months add up to all' as rule,
        journey_id,
        'all' as segment,
        period_grain,
        max(period_start) as period_start
    from conformance
    group by journey_id, period_grain
    having
        sum(case when segment = 'all' then instances else 0 end)
        <> sum(case when segment <> 'all' then instances else 0 end)
)

select * from leaks
union all
select * from differences
union all
select * from parts
