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
    from visits
    where visit_number = 1

    union all

    select
        walked.journey_instance_id,
        walked.journey_id,
        walked.scope_key,
        required_steps.required_rank,
        required_steps.step_number,
        required_steps.touchpoint_id,
        min(visits.visit_number) as met_visit_number,
        coalesce(min(visits.visit_number), walked.last_visit_number) as last_visit_number,
        walked.is_without_gap and min(visits.visit_number) is not null as is_without_gap
    from walked
    inner join required_steps
        on
            walked.journey_id = required_steps.journey_id
            and walked.required_rank + 1 = required_steps.required_rank
    left join visits
        on
            walked.journey_instance_id = visits.journey_instance_id
            and required_steps.touchpoint_id = visits.touchpoint_id
            and walked.last_visit_number < visits.visit_number
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

visit_counts as (
    select
        journey_instance_id,
        touchpoint_id,
        count(*) as visit_count
    from visits
    group by journey_instance_id, touchpoint_id
)

select
    walked.journey_instance_id,
    walked.journey_id,
    walked.scope_key,
    walked.required_rank,
    walked.step_number,
    walked.touchpoint_id,
    walked.met_visit_number,
    met_visits.occurred_at as met_at,
    walked.is_without_gap,
    cast(coalesce(visit_counts.visit_count, 0) as bigint) as visit_count
from walked
left join visits as met_visits
    on
        walked.journey_instance_id = met_visits.journey_instance_id
        and walked.met_visit_number = met_visits.visit_number
left join visit_counts
    on
        walked.journey_instance_id = visit_counts.journey_instance_id
        and walked.touchpoint_id = visit_counts.touchpoint_id
