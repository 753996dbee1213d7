{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={
        'reads_changes_of': [
            'fct_journey_visits',
            'int_journey_instances',
            'int_journey_required_steps',
        ],
    },
    pre_hook=["{{ note_lost_rows() }}", "{{ forget_changed_scopes() }}"],
    post_hook=["{{ note_gained_rows() }}", "{{ mark_changes_consumed() }}"],
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with

all_required_steps as (
    {{ rows_of_changed_scopes('int_journey_required_steps') }}
),

required_steps as (
    select * from all_required_steps
    where is_without_gap
),

all_instances as (
    {{ rows_of_changed_scopes('int_journey_instances') }}
),

visits as (
    {{ rows_of_changed_scopes('fct_journey_visits') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

journey_steps as (
    select * from {{ ref('journey_steps') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

-- What must have been reached before a step counts: the last required step before it, or the start.
steps as (
    select
        journey_id,
        step_number,
        touchpoint_id,
        is_required,
        cast(expected_hours as double) as expected_hours,
        {{ required_step_before() }} as required_before
    from journey_steps
),

-- An optional step hangs on the required one before it, and nothing hangs on it.
optional_steps as (
    select
        required_steps.journey_instance_id,
        required_steps.journey_id,
        required_steps.scope_key,
        steps.step_number,
        steps.touchpoint_id,
        min(case
            when visits.visit_number > required_steps.met_visit_number
                then visits.occurred_at
        end) as reached_at,
        count(*) as visit_count
    from required_steps
    inner join steps
        on
            required_steps.journey_id = steps.journey_id
            and required_steps.step_number = steps.required_before
            and not steps.is_required
    inner join visits
        on
            required_steps.journey_instance_id = visits.journey_instance_id
            and steps.touchpoint_id = visits.touchpoint_id
    group by
        required_steps.journey_instance_id,
        required_steps.journey_id,
        required_steps.scope_key,
        steps.step_number,
        steps.touchpoint_id
),

reached as (
    select
        journey_instance_id,
        journey_id,
        scope_key,
        step_number,
        touchpoint_id,
        met_at as reached_at,
        visit_count
    from required_steps

    union all

    select
        journey_instance_id,
        journey_id,
        scope_key,
        step_number,
        touchpoint_id,
        reached_at,
        visit_count
    from optional_steps
    where reached_at is not null
),

closed as (
    {{ with_outcomes('all_instances', 'journeys') }}
),

instances as (
    select
        closed.journey_instance_id,
        closed.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        closed.started_at,
        cast({{ dbt.date_trunc('month', 'closed.started_at') }} as date) as start_month,
        closed.outcome
    from closed
    left join customers on closed.customer_id = customers.customer_id
),

timed as (
    select
        reached.*,
        instances.customer_id,
        instances.segment,
        instances.start_month,
        instances.outcome,
        previous.met_at as previous_at,
        steps.expected_hours,
        cast(
            {{ seconds_between('instances.started_at', 'reached.reached_at') }} / 3600.0e0 as double
        ) as hours_from_start
    from reached
    inner join instances on reached.journey_instance_id = instances.journey_instance_id
    left join steps
        on
            reached.journey_id = steps.journey_id
            and reached.step_number = steps.step_number
    left join required_steps as previous
        on
            reached.journey_instance_id = previous.journey_instance_id
            and steps.required_before = previous.step_number
)

select
    journey_instance_id || ':' || cast(step_number as varchar) as journey_step_id,
    journey_instance_id,
    journey_id,
    scope_key,
    customer_id,
    segment,
    start_month,
    outcome,
    cast(step_number as bigint) as step_number,
    touchpoint_id,
    reached_at,
    hours_from_start,
    cast({{ seconds_between('previous_at', 'reached_at') }} / 3600.0e0 as double)
        as hours_from_previous,
    hours_from_start > expected_hours as is_late,
    cast(visit_count as bigint) as visit_count
from timed
