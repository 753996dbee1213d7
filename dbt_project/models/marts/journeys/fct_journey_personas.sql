with

instances as (
    select * from {{ ref('fct_journeys') }}
),

states as (
    select * from {{ ref('int_journey_customer_states') }}
)

select
    instances.journey_instance_id,
    instances.journey_id,
    instances.customer_id,
    coalesce(begun.persona_id, before_month.persona_id, 'unassigned') as persona_id,
    coalesce(begun.lifecycle_state, before_month.lifecycle_state, 'unassigned') as lifecycle_state,
    case
        when instances.customer_id is null then 'unknown_customer'
        when before_month.customer_id is null then 'before_history'
        else coalesce(begun.persona_basis, before_month.persona_basis)
    end as persona_basis,
    coalesce(begun.state_date, before_month.state_date) as state_date,
    instances.started_at,
    instances.outcome,
    instances.last_step_number,
    instances.late_step_count,
    instances.duration_hours
from instances
left join states as before_month
    on
        instances.customer_id = before_month.customer_id
        and instances.start_month = before_month.start_month
        and before_month.state_kind = 'month_before'
left join states as begun
    on
        instances.customer_id = begun.customer_id
        and instances.start_month = begun.start_month
        and begun.state_kind = 'relationship_begun'
        and cast(instances.started_at as date) >= begun.state_date
