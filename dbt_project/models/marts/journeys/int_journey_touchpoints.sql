{{ config(schema='core', contract={'enforced': false}) }}

with

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

journey_boundaries as (
    select * from {{ ref('journey_boundaries') }}
),

-- The start comes before every step; what ends a journey otherwise comes after all of them.
declared as (
    select
        journey_id,
        start_touchpoint_id as touchpoint_id,
        0 as place,
        'start' as role
    from journeys

    union all

    select
        journey_id,
        end_touchpoint_id as touchpoint_id,
        999 as place,
        'end' as role
    from journeys

    union all

    select
        journey_id,
        touchpoint_id,
        step_number as place,
        'step' as role
    from journey_steps

    union all

    select
        journey_id,
        touchpoint_id,
        case role when 'start' then 0 else 999 end as place,
        role
    from journey_boundaries
)

-- A touchpoint may stand at several places of one journey; the first decides ties in time.
select
    declared.journey_id,
    declared.touchpoint_id,
    min(declared.place) as declared_order,
    max(case when declared.role = 'start' then 1 else 0 end) = 1 as is_start,
    max(case when declared.role = 'end' then 1 else 0 end) = 1 as is_end,
    max(case when declared.role = 'exit' then 1 else 0 end) = 1 as is_exit,
    max(case when declared.role = 'reopen' then 1 else 0 end) = 1 as is_reopen,
    journeys.instance_scope,
    journeys.abandon_after_days,
    journeys.is_repeatable,
    journeys.second_start = 'restart' as restarts
from declared
inner join journeys on declared.journey_id = journeys.journey_id
group by
    declared.journey_id,
    declared.touchpoint_id,
    journeys.instance_scope,
    journeys.abandon_after_days,
    journeys.is_repeatable,
    journeys.second_start
