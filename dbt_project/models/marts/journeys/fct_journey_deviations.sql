{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={
        'reads_changes_of': [
            'fct_journey_visits',
            'int_journey_required_steps',
            'fct_journey_steps',
            'fct_journeys',
        ],
    },
    pre_hook=["{{ note_lost_rows() }}", "{{ forget_changed_scopes() }}"],
    post_hook=["{{ note_gained_rows() }}", "{{ mark_changes_consumed() }}"],
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with

instances as (
    {{ rows_of_changed_scopes('fct_journeys') }}
),

required_steps_and_start as (
    {{ rows_of_changed_scopes('int_journey_required_steps') }}
),

reached_steps as (
    {{ rows_of_changed_scopes('fct_journey_steps') }}
),

visits as (
    {{ rows_of_changed_scopes('fct_journey_visits') }}
),

required_steps as (
    select * from required_steps_and_start
    where required_rank > 0
),

furthest as (
    select
        journey_instance_id,
        max(case when met_visit_number is not null then required_rank end) as furthest_rank
    from required_steps
    group by journey_instance_id
),

-- A step that an unfinished instance has not come to yet is no deviation.
missed as (
    select
        required_steps.journey_instance_id,
        required_steps.step_number,
        required_steps.touchpoint_id,
        case when required_steps.visit_count > 0 then 'out_of_order' else 'skipped' end as deviation
    from required_steps
    inner join instances on required_steps.journey_instance_id = instances.journey_instance_id
    inner join furthest on required_steps.journey_instance_id = furthest.journey_instance_id
    where
        required_steps.met_visit_number is null
        and (
            instances.outcome = 'completed'
            or required_steps.visit_count > 0
            or required_steps.required_rank < furthest.furthest_rank
        )
),

repeated as (
    select
        journey_instance_id,
        step_number,
        touchpoint_id,
        'repeated' as deviation
    from required_steps
    where visit_count > 1 and met_visit_number is not null
),

late as (
    select
        journey_instance_id,
        step_number,
        touchpoint_id,
        'late' as deviation
    from reached_steps
    where is_late
),

undeclared as (
    select distinct
        journey_instance_id,
        cast(null as bigint) as step_number,
        touchpoint_id,
        'undeclared' as deviation
    from visits
    where not is_declared
),

deviations as (
    select * from missed
    union all
    select * from repeated
    union all
    select * from late
    union all
    select * from undeclared
)

select
    deviations.journey_instance_id,
    instances.journey_id,
    instances.scope_key,
    instances.customer_id,
    instances.segment,
    instances.started_at,
    instances.start_month,
    instances.outcome,
    deviations.deviation,
    deviations.step_number,
    deviations.touchpoint_id
from deviations
inner join instances on deviations.journey_instance_id = instances.journey_instance_id
