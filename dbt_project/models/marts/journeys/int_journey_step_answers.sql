{{ config(schema='core', contract={'enforced': false}) }}

with

journeys as (
    select * from {{ ref('journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

satisfaction as (
    select * from {{ ref('int_journey_satisfaction') }}
),

answered_instances as (
    select distinct journey_instance_id
    from satisfaction
),

answered_steps as (
    select reached_steps.*
    from reached_steps
    inner join answered_instances
        on reached_steps.journey_instance_id = answered_instances.journey_instance_id
)

-- At the end of the journey the step and the whole share one answer, which says nothing about how
-- they go together.
select
    answered_steps.journey_instance_id,
    answered_steps.journey_id,
    answered_steps.segment,
    answered_steps.start_month,
    answered_steps.step_number,
    not answered_steps.is_late as is_in_time,
    case
        when answered_steps.touchpoint_id <> journeys.end_touchpoint_id then of_step.is_satisfied
    end as is_step_satisfied,
    of_whole.is_satisfied as is_whole_satisfied,
    case when answered_steps.outcome <> 'open' then answered_steps.outcome = 'completed' end
        as is_completed
from answered_steps
inner join journeys on answered_steps.journey_id = journeys.journey_id
left join satisfaction as of_step
    on
        answered_steps.journey_instance_id = of_step.journey_instance_id
        and answered_steps.step_number = of_step.step_number
left join satisfaction as of_whole
    on
        answered_steps.journey_instance_id = of_whole.journey_instance_id
        and of_whole.step_number is null
