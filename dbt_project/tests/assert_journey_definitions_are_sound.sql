{{ config(meta={'dagster': {'ref': {'name': 'journey_steps'}}}) }}

-- A journey must be one that the rules of fct_journey_visits can follow: it starts and ends at
-- different touchpoints, its steps count from 1 without gaps, its end stands at the last step and
-- at no other, and it is given up after some days.

with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

step_ranges as (
    select
        journey_id,
        min(step_number) as first_step,
        max(step_number) as last_step,
        count(*) as step_count
    from journey_steps
    group by journey_id
),

end_places as (
    select
        journeys.journey_id,
        min(journey_steps.step_number) as first_place,
        max(case when journey_steps.is_required then journey_steps.step_number end)
            as required_place
    from journeys
    inner join journey_steps
        on
            journeys.journey_id = journey_steps.journey_id
            and journeys.end_touchpoint_id = journey_steps.touchpoint_id
    group by journeys.journey_id
)

select
    journeys.journey_id,
    case
        when journeys.start_touchpoint_id = journeys.end_touchpoint_id
            then 'starts and ends at the same touchpoint'
        when coalesce(journeys.abandon_after_days, 0) <= 0
            then 'abandon_after_days must be above 0'
        when step_ranges.journey_id is null
            then 'has no steps'
        when step_ranges.first_step <> 1 or step_ranges.last_step <> step_ranges.step_count
            then 'step numbers must run from 1 without gaps'
        else 'the end touchpoint must be the last step, required, and no other step'
    end as problem
from journeys
left join step_ranges on journeys.journey_id = step_ranges.journey_id
left join end_places on journeys.journey_id = end_places.journey_id
where
    journeys.start_touchpoint_id = journeys.end_touchpoint_id
    or coalesce(journeys.abandon_after_days, 0) <= 0
    or step_ranges.journey_id is null
    or step_ranges.first_step <> 1
    or step_ranges.last_step <> step_ranges.step_count
    or coalesce(end_places.first_place, 0) <> step_ranges.last_step
    or coalesce(end_places.required_place, 0) <> step_ranges.last_step
