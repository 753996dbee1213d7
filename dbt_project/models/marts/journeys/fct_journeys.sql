{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={
        'reads_changes_of': [
            'int_journey_instances',
            'int_journey_required_steps',
            'fct_journey_steps',
        ],
    },
    pre_hook=["{{ note_lost_rows() }}", "{{ forget_changed_scopes() }}"],
    post_hook=["{{ note_gained_rows() }}", "{{ mark_changes_consumed() }}"],
) }}
-- depends_on: {{ ref('int_changed_scopes') }}, {{ ref('fct_interactions') }}

with

instances as (
    {{ rows_of_changed_scopes('int_journey_instances') }}
),

required_steps as (
    {{ rows_of_changed_scopes('int_journey_required_steps') }}
),

steps as (
    {{ rows_of_changed_scopes('fct_journey_steps') }}
),

journeys as (
    select * from {{ ref('journeys') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

reached_steps as (
    select
        journey_instance_id,
        count(*) - 1 as steps_reached,
        max(step_number) as last_step_number,
        sum(case when is_late then 1 else 0 end) as late_step_count
    from steps
    group by journey_instance_id
),

progress as (
    select
        journey_instance_id,
        count(*) - 1 as required_steps,
        count(met_visit_number) - 1 as required_steps_met
    from required_steps
    group by journey_instance_id
),

closed as (
    {{ with_outcomes('instances', 'journeys') }}
)

select
    closed.journey_instance_id,
    closed.journey_id,
    closed.scope_key,
    closed.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    closed.related_id,
    closed.started_at,
    cast({{ dbt.date_trunc('month', 'closed.started_at') }} as date) as start_month,
    case when closed.closed_by is not null then closed.last_declared_at end as ended_at,
    case closed.closed_by
        when 'exit' then closed.last_declared_at
        when 'restart' then closed.next_started_at
        when 'silence' then closed.silent_until
    end as abandoned_at,
    case when closed.closed_by is null or closed.closed_by = 'silence' then closed.silent_until end
        as silent_until,
    closed.outcome,
    closed.closed_by,
    case
        when closed.closed_by is not null
            then cast(
                {{ seconds_between('closed.started_at', 'closed.last_declared_at') }} / 3600.0e0
                as double
            )
    end as duration_hours,
    cast(closed.visit_count as bigint) as visit_count,
    cast(reached_steps.steps_reached as bigint) as steps_reached,
    cast(reached_steps.last_step_number as bigint) as last_step_number,
    cast(reached_steps.late_step_count as bigint) as late_step_count,
    cast(progress.required_steps as bigint) as required_steps,
    cast(progress.required_steps_met as bigint) as required_steps_met,
    closed.last_touchpoint_id,
    {{ hash_text('closed.variant_hash', 'closed.path_length') }} as variant_id,
    cast(closed.path_length as bigint) as path_length,
    cast(closed.repeat_count as bigint) as repeat_count,
    cast(closed.return_count as bigint) as return_count,
    cast(closed.channel_count as bigint) as channel_count,
    cast(closed.channel_switch_count as bigint) as channel_switch_count,
    cast(closed.hand_off_count as bigint) as hand_off_count
from closed
inner join reached_steps on closed.journey_instance_id = reached_steps.journey_instance_id
inner join progress on closed.journey_instance_id = progress.journey_instance_id
left join customers on closed.customer_id = customers.customer_id
