{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'reads_changes_of': ['fct_journey_visits']},
    pre_hook="{{ forget_changed_scopes() }}",
    schema='core',
    contract={'enforced': false},
    post_hook="{{ mark_changes_consumed() }}",
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with recursive

journey_steps as (
    select * from {{ ref('journey_steps') }}
    where is_required
),

required_steps as (
    select
        journey_id,
        step_number,
        touchpoint_id,
        row_number() over (partition by journey_id order by step_number) as required_rank
    from journey_steps
),

required_touchpoints as (
    select distinct
        journey_id,
        touchpoint_id
    from required_steps
),

changed_visits as (
    {{ rows_of_changed_scopes('fct_journey_visits') }}
),

visits as (
    select
        visits.journey_instance_id,
        visits.journey_id,
        visits.scope_key,
        visits.touchpoint_id,
        visits.visit_number,
        visits.occurred_at
    from changed_visits as visits
    left join required_touchpoints
        on
            visits.journey_id = required_touchpoints.journey_id
            and visits.touchpoint_id = required_touchpoints.touchpoint_id
    where visits.visit_number = 1 or required_touchpoints.touchpoint_id is not null
),

openings as (
    select
        journey_instance_id,
        journey_id,
        scope_key,
        touchpoint_id,
        occurred_at
    from visits
    where visit_number = 1
),

touchpoint_visits as (
    select
        journey_instance_id,
        touchpoint_id,
        min(visit_number) as first_visit_number,
        min(occurred_at) as first_at,
        count(*) as visit_count
    from visits
    group by journey_instance_id, touchpoint_id
),

first_visits as (
    select
        openings.journey_instance_id,
        openings.journey_id,
        openings.scope_key,
        required_steps.required_rank,
        required_steps.step_number,
        required_steps.touchpoint_id,
        touchpoint_visits.first_visit_number,
        touchpoint_visits.first_at,
        coalesce(touchpoint_visits.visit_count, 0) as visit_count,
        max(touchpoint_visits.first_visit_number) over earlier_steps as last_visit_number,
        coalesce(
            count(touchpoint_visits.first_visit_number) over earlier_steps
            = count(*) over earlier_steps,
            true
        ) as is_without_gap_before
    from openings
    inner join required_steps on openings.journey_id = required_steps.journey_id
    left join touchpoint_visits
        on
            openings.journey_instance_id = touchpoint_visits.journey_instance_id
            and required_steps.touchpoint_id = touchpoint_visits.touchpoint_id
    window earlier_steps as (
        partition by openings.journey_instance_id
        order by required_steps.required_rank
        rows between unbounded preceding and 1 preceding
    )
),

-- Most instances come to each step for the first time after the steps before it: their first visits
-- are the steps as met. Only the others have to be walked.
wayward_instances as (
    select distinct journey_instance_id
    from first_visits
    where first_visit_number <= coalesce(last_visit_number, 1)
),

wayward_visits as (
    select visits.*
    from visits
    inner join wayward_instances
        on visits.journey_instance_id = wayward_instances.journey_instance_id
),

-- One round per required step, over all instances at once. A step is met at the first visit after
-- the last required step that was met; a step that is not met holds nothing up.
walked (
    journey_instance_id,
    journey_id,
    scope_key,
    required_rank,
    step_number,
    touchpoint_id,
    met_visit_number,
    last_visit_number,
    is_without_gap
) as (
    select
        journey_instance_id,
        journey_id,
        scope_key,
        cast(0 as bigint) as required_rank,
        cast(0 as bigint) as step_number,
        touchpoint_id,
        visit_number as met_visit_number,
        visit_number as last_visit_number,
        true as is_without_gap
    from wayward_visits
    where visit_number = 1

    union all

    select
        walked.journey_instance_id,
        walked.journey_id,
        walked.scope_key,
        required_steps.required_rank,
        required_steps.step_number,
        required_steps.touchpoint_id,
        min(wayward_visits.visit_number) as met_visit_number,
        coalesce(min(wayward_visits.visit_number), walked.last_visit_number) as last_visit_number,
        walked.is_without_gap and min(wayward_visits.visit_number) is not null as is_without_gap
    from walked
    inner join required_steps
        on
            walked.journey_id = required_steps.journey_id
            and walked.required_rank + 1 = required_steps.required_rank
    left join wayward_visits
        on
            walked.journey_instance_id = wayward_visits.journey_instance_id
            and required_steps.touchpoint_id = wayward_visits.touchpoint_id
            and walked.last_visit_number < wayward_visits.visit_number
    group by
        walked.journey_instance_id,
        walked.journey_id,
        walked.scope_key,
        required_steps.required_rank,
        required_steps.step_number,
        required_steps.touchpoint_id,
        walked.last_visit_number,
        walked.is_without_gap
),

met as (
    select
        openings.journey_instance_id,
        openings.journey_id,
        openings.scope_key,
        0 as required_rank,
        0 as step_number,
        openings.touchpoint_id,
        1 as met_visit_number,
        openings.occurred_at as met_at,
        true as is_without_gap,
        touchpoint_visits.visit_count
    from openings
    inner join touchpoint_visits
        on
            openings.journey_instance_id = touchpoint_visits.journey_instance_id
            and openings.touchpoint_id = touchpoint_visits.touchpoint_id

    union all

    select
        first_visits.journey_instance_id,
        first_visits.journey_id,
        first_visits.scope_key,
        first_visits.required_rank,
        first_visits.step_number,
        first_visits.touchpoint_id,
        first_visits.first_visit_number as met_visit_number,
        first_visits.first_at as met_at,
        first_visits.is_without_gap_before
        and first_visits.first_visit_number is not null as is_without_gap,
        first_visits.visit_count
    from first_visits
    where
        not exists (
            select 1
            from wayward_instances
            where first_visits.journey_instance_id = wayward_instances.journey_instance_id
        )

    union all

    select
        walked.journey_instance_id,
        walked.journey_id,
        walked.scope_key,
        walked.required_rank,
        walked.step_number,
        walked.touchpoint_id,
        walked.met_visit_number,
        wayward_visits.occurred_at as met_at,
        walked.is_without_gap,
        first_visits.visit_count
    from walked
    inner join first_visits
        on
            walked.journey_instance_id = first_visits.journey_instance_id
            and walked.required_rank = first_visits.required_rank
    left join wayward_visits
        on
            walked.journey_instance_id = wayward_visits.journey_instance_id
            and walked.met_visit_number = wayward_visits.visit_number
)

select
    journey_instance_id,
    journey_id,
    scope_key,
    cast(required_rank as bigint) as required_rank,
    cast(step_number as bigint) as step_number,
    touchpoint_id,
    cast(met_visit_number as bigint) as met_visit_number,
    met_at,
    is_without_gap,
    cast(visit_count as bigint) as visit_count
from met
