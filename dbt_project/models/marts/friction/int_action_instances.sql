{{ config(schema='core', contract={'enforced': false}) }}

with

actions as (
    select * from {{ ref('actions') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

instances as (
    select * from {{ ref('fct_journeys') }}
),

reached_steps as (
    select * from {{ ref('fct_journey_steps') }}
),

-- Who could reach the step: whoever reached the last required step before it.
bases as (
    select
        actions.action_id,
        actions.journey_id,
        actions.fixed_on,
        actions.step_number,
        case
            when actions.step_number is null then 0
            else coalesce(max(journey_steps.step_number), 0)
        end as base_step_number
    from actions
    left join journey_steps
        on
            actions.journey_id = journey_steps.journey_id
            and actions.step_number > journey_steps.step_number
            and journey_steps.is_required
    group by actions.action_id, actions.journey_id, actions.fixed_on, actions.step_number
),

candidates as (
    select
        bases.action_id,
        bases.fixed_on,
        bases.step_number,
        instances.journey_instance_id,
        instances.customer_id,
        instances.started_at,
        instances.start_month,
        instances.outcome,
        {{ add_days('instances.started_at', 'journeys.abandon_after_days') }} as decidable_at
    from bases
    inner join journeys on bases.journey_id = journeys.journey_id
    inner join reached_steps
        on
            bases.journey_id = reached_steps.journey_id
            and bases.base_step_number = reached_steps.step_number
    inner join instances on reached_steps.journey_instance_id = instances.journey_instance_id
)

select
    candidates.action_id,
    candidates.journey_instance_id,
    candidates.customer_id,
    candidates.started_at,
    candidates.start_month,
    candidates.started_at >= cast(candidates.fixed_on as timestamp) as is_after,
    candidates.outcome <> 'open' and candidates.decidable_at <= {{ as_of_end() }} as is_decided,
    case
        when candidates.step_number is null then candidates.outcome = 'completed'
        else measured_steps.journey_instance_id is not null
    end as is_reached
from candidates
left join reached_steps as measured_steps
    on
        candidates.journey_instance_id = measured_steps.journey_instance_id
        and candidates.step_number = measured_steps.step_number
