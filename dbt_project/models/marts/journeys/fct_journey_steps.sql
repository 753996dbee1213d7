with recursive

visits as (
    select * from {{ ref('int_journey_visits') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

-- What must have been reached before a step counts: the last required step before it, or the start.
steps as (
    select
        journey_id,
        step_number,
        touchpoint_id,
        coalesce(
            max(case when is_required then step_number end) over (
                partition by journey_id
                order by step_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as required_before
    from journey_steps
),

-- One round per required step, over all instances at once; optional steps hang on the required one
-- before them and nothing hangs on them.
reached (journey_instance_id, journey_id, customer_id, step_number, visit_number, reached_at) as (
    select
        journey_instance_id,
        journey_id,
        customer_id,
        0 as step_number,
        visit_number,
        occurred_at as reached_at
    from visits
    where visit_number = 1

    union all

    select
        reached.journey_instance_id,
        reached.journey_id,
        reached.customer_id,
        steps.step_number,
        min(visits.visit_number) as visit_number,
        min(visits.occurred_at) as reached_at
    from reached
    inner join steps
        on
            reached.journey_id = steps.journey_id
            and reached.step_number = steps.required_before
    inner join visits
        on
            reached.journey_instance_id = visits.journey_instance_id
            and steps.touchpoint_id = visits.touchpoint_id
            and reached.visit_number < visits.visit_number
    group by
        reached.journey_instance_id,
        reached.journey_id,
        reached.customer_id,
        steps.step_number
),

visit_counts as (
    select
        journey_instance_id,
        touchpoint_id,
        count(*) as visit_count
    from visits
    group by journey_instance_id, touchpoint_id
),

journeys as (
    select * from {{ ref('journeys') }}
),

described_steps as (
    select
        journey_id,
        0 as step_number,
        start_touchpoint_id as touchpoint_id,
        0 as required_before
    from journeys
    union all
    select
        journey_id,
        step_number,
        touchpoint_id,
        required_before
    from steps
)

select
    reached.journey_instance_id || ':' || cast(reached.step_number as varchar) as journey_step_id,
    reached.journey_instance_id,
    reached.journey_id,
    reached.customer_id,
    cast(reached.step_number as bigint) as step_number,
    described_steps.touchpoint_id,
    reached.reached_at,
    cast({{ seconds_between('started.reached_at', 'reached.reached_at') }} / 3600.0e0 as double)
        as hours_from_start,
    case
        when reached.step_number > 0
            then cast(
                {{ seconds_between('previous.reached_at', 'reached.reached_at') }} / 3600.0e0
                as double
            )
    end as hours_from_previous,
    cast(visit_counts.visit_count as bigint) as visit_count
from reached
inner join described_steps
    on
        reached.journey_id = described_steps.journey_id
        and reached.step_number = described_steps.step_number
inner join reached as started
    on
        reached.journey_instance_id = started.journey_instance_id
        and started.step_number = 0
inner join reached as previous
    on
        reached.journey_instance_id = previous.journey_instance_id
        and described_steps.required_before = previous.step_number
inner join visit_counts
    on
        reached.journey_instance_id = visit_counts.journey_instance_id
        and described_steps.touchpoint_id = visit_counts.touchpoint_id
