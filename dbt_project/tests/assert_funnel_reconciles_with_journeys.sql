{{ config(meta={'dagster': {'ref': {'name': 'mart_journey_funnel'}}}) }}

-- Step 0 of the funnel counts every instance, instances split into outcomes without rest, segments
-- add up to all and months to all time, and at every step: reached before = reached + waiting +
-- dropped.

with

funnel as (
    select * from {{ ref('mart_journey_funnel') }}
),

instances as (
    select
        journey_id,
        segment,
        count(*) as instances,
        sum(case when outcome in ('completed', 'abandoned', 'open') then 1 else 0 end) as by_outcome
    from {{ ref('fct_journeys') }}
    group by journey_id, segment
),

starts as (
    select
        'start of the funnel differs from the instances' as problem,
        funnel.journey_id,
        funnel.segment,
        funnel.step_number
    from funnel
    left join instances
        on
            funnel.journey_id = instances.journey_id
            and funnel.segment = instances.segment
    where
        funnel.segment <> 'all'
        and funnel.period_grain = 'all'
        and funnel.step_number = 0
        and (
            funnel.instances <> coalesce(instances.instances, 0)
            or instances.instances <> instances.by_outcome
        )
),

segments as (
    select
        'segments do not add up to all' as problem,
        journey_id,
        'all' as segment,
        step_number
    from funnel
    group by journey_id, period_grain, period_start, step_number
    having
        sum(case when segment = 'all' then instances else 0 end)
        <> sum(case when segment <> 'all' then instances else 0 end)
),

months as (
    select
        'months do not add up to all time' as problem,
        journey_id,
        segment,
        step_number
    from funnel
    group by journey_id, segment, step_number
    having
        sum(case when period_grain = 'all' then instances else 0 end)
        <> sum(case when period_grain = 'month' then instances else 0 end)
        or sum(case when period_grain = 'all' then dropped else 0 end)
        <> sum(case when period_grain = 'month' then dropped else 0 end)
),

losses as (
    select
        'reached before is not reached + waiting + dropped' as problem,
        funnel.journey_id,
        funnel.segment,
        funnel.step_number
    from funnel
    where
        funnel.step_number > 0
        and (
            funnel.waiting < 0
            or funnel.dropped < 0
            or abs(
                funnel.instances
                - funnel.share_of_previous * (funnel.instances + funnel.waiting + funnel.dropped)
            ) > 0.0001
        )
)

select * from starts
union all
select * from segments
union all
select * from months
union all
select * from losses
