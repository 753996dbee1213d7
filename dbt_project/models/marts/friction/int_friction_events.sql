{{ config(schema='core', contract={'enforced': false}) }}

with

detectors as (
    select
        detector_id,
        kind,
        touchpoint_id,
        journey_id,
        '|' || event_names || '|' as event_list,
        outcome,
        threshold,
        is_caused_contact
    from {{ ref('friction_detectors') }}
),

interactions as (
    select
        interaction_id,
        customer_id,
        touchpoint_id,
        event_name,
        outcome,
        channel_id,
        related_id,
        occurred_at,
        duration_seconds
    from {{ ref('fct_interactions') }}
    where
        not is_test
        and touchpoint_id in (
            select friction_detectors.touchpoint_id
            from {{ ref('friction_detectors') }} as friction_detectors
        )
),

contacts as (
    select * from {{ ref('int_service_contacts') }}
),

failed_self_service as (
    select * from {{ ref('int_failed_self_service') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

visits as (
    select
        journey_id,
        interaction_id,
        customer_id,
        touchpoint_id,
        channel_id,
        occurred_at
    from {{ ref('fct_journey_visits') }}
    where is_return and is_declared
),

journeys as (
    select * from {{ ref('fct_journeys') }}
    where outcome = 'abandoned' and closed_by = 'silence'
),

web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
    where rage_click_count > 0 or error_count > 0
),

customers as (
    select * from {{ ref('dim_customers') }}
),

at_touchpoints as (
    select
        detectors.detector_id,
        interactions.interaction_id as subject_id,
        interactions.customer_id,
        interactions.occurred_at,
        interactions.touchpoint_id,
        interactions.channel_id,
        cast(null as double) as minutes_lost
    from interactions
    inner join detectors
        on
            interactions.touchpoint_id = detectors.touchpoint_id
            and detectors.kind = 'touchpoint'
    where
        (detectors.outcome is null or interactions.outcome = detectors.outcome)
        and (
            detectors.event_list is null
            or position('|' || interactions.event_name || '|' in detectors.event_list) > 0
        )
),

waits as (
    select
        detectors.detector_id,
        interactions.interaction_id as subject_id,
        interactions.customer_id,
        interactions.occurred_at,
        interactions.touchpoint_id,
        interactions.channel_id,
        interactions.duration_seconds / 60.0e0 as minutes_lost
    from interactions
    inner join detectors
        on
            interactions.touchpoint_id = detectors.touchpoint_id
            and detectors.kind = 'wait'
    where interactions.duration_seconds > detectors.threshold * 60
),

repeat_contacts as (
    select
        detectors.detector_id,
        contacts.contact_id as subject_id,
        contacts.customer_id,
        contacts.occurred_at,
        contacts.touchpoint_id,
        contacts.channel_id,
        cast(null as double) as minutes_lost
    from contacts
    inner join detectors on contacts.touchpoint_id = detectors.touchpoint_id
    where
        detectors.kind = 'repeat_contact'
        and contacts.contact_kind = 'contact'
        and {{ seconds_between('contacts.same_reason_before_at', 'contacts.occurred_at') }}
        <= detectors.threshold * 86400
),

-- Slowness is felt from the moment at which it should have been over.
slow_resolutions as (
    select
        detectors.detector_id,
        tickets.ticket_id as subject_id,
        tickets.customer_id,
        {{ seconds_later('tickets.opened_at', 'detectors.threshold * 3600') }} as occurred_at,
        detectors.touchpoint_id,
        tickets.channel_id,
        tickets.resolution_hours * 60 as minutes_lost
    from tickets
    inner join detectors on detectors.kind = 'slow_resolution'
    where
        tickets.resolution_hours > detectors.threshold
        or (
            tickets.solved_at is null
            and {{ seconds_between('tickets.opened_at', as_of_end()) }}
            > detectors.threshold * 3600
        )
),

slow_refunds as (
    select
        detectors.detector_id,
        orders.order_id as subject_id,
        orders.customer_id,
        {{ seconds_later('orders.refund_requested_at', 'detectors.threshold * 86400') }}
            as occurred_at,
        detectors.touchpoint_id,
        orders.channel_id,
        {{ seconds_between('orders.refund_requested_at', 'orders.refunded_at') }} / 60.0e0
            as minutes_lost
    from orders
    inner join detectors on detectors.kind = 'slow_refund'
    where
        {{ seconds_between(
            'orders.refund_requested_at', 'coalesce(orders.refunded_at, ' ~ as_of_end() ~ ')'
        ) }} > detectors.threshold * 86400
),

requests_in_turn as (
    select
        detectors.detector_id,
        interactions.interaction_id as subject_id,
        interactions.customer_id,
        interactions.occurred_at,
        interactions.touchpoint_id,
        interactions.channel_id,
        detectors.threshold,
        row_number() over (
            partition by detectors.detector_id, interactions.related_id
            order by interactions.occurred_at, interactions.interaction_id
        ) as request_number
    from interactions
    inner join detectors
        on
            interactions.touchpoint_id = detectors.touchpoint_id
            and detectors.kind = 'asked_twice'
    where interactions.related_id is not null
),

late_deliveries as (
    select
        detectors.detector_id,
        orders.order_id as subject_id,
        orders.customer_id,
        {{ seconds_later('orders.estimated_delivery_at', 'detectors.threshold * 86400') }}
            as occurred_at,
        detectors.touchpoint_id,
        orders.channel_id,
        {{ seconds_between('orders.estimated_delivery_at', 'orders.delivered_at') }} / 60.0e0
            as minutes_lost
    from orders
    inner join detectors on detectors.kind = 'late_delivery'
    where
        coalesce(orders.status, '') not in ('cancelled', 'canceled', 'unavailable')
        and (
            {{ seconds_between('orders.estimated_delivery_at', 'orders.delivered_at') }}
            > detectors.threshold * 86400
            or (
                orders.delivered_at is null
                and coalesce(orders.status, '') not in ('delivered', 'completed')
                and {{ seconds_between('orders.estimated_delivery_at', as_of_end()) }}
                > detectors.threshold * 86400
            )
        )
),

rework as (
    select
        detectors.detector_id,
        visits.interaction_id as subject_id,
        visits.customer_id,
        visits.occurred_at,
        visits.touchpoint_id,
        visits.channel_id,
        cast(null as double) as minutes_lost
    from visits
    inner join detectors
        on
            visits.journey_id = detectors.journey_id
            and detectors.kind = 'rework'
),

-- Where a journey was given up is the step that was not reached, not what was seen last.
missed_steps as (
    select
        required_steps.journey_instance_id,
        required_steps.touchpoint_id,
        row_number() over (
            partition by required_steps.journey_instance_id
            order by required_steps.required_rank
        ) as miss_number
    from {{ ref('int_journey_required_steps') }} as required_steps
    inner join journeys
        on required_steps.journey_instance_id = journeys.journey_instance_id
    where required_steps.met_visit_number is null
),

abandonments as (
    select
        detectors.detector_id,
        journeys.journey_instance_id as subject_id,
        journeys.customer_id,
        journeys.abandoned_at as occurred_at,
        coalesce(missed_steps.touchpoint_id, journeys.last_touchpoint_id) as touchpoint_id,
        cast(null as varchar) as channel_id,
        cast(null as double) as minutes_lost
    from journeys
    inner join detectors
        on
            journeys.journey_id = detectors.journey_id
            and detectors.kind = 'abandonment'
    left join missed_steps
        on
            journeys.journey_instance_id = missed_steps.journey_instance_id
            and missed_steps.miss_number = 1
),

web_friction as (
    select
        detectors.detector_id,
        web_sessions.web_session_id as subject_id,
        web_sessions.customer_id,
        web_sessions.started_at as occurred_at,
        detectors.touchpoint_id,
        web_sessions.channel_id,
        cast(null as double) as minutes_lost
    from web_sessions
    inner join detectors
        on
            (
                detectors.kind = 'web_rage_click'
                and web_sessions.rage_click_count >= detectors.threshold
            )
            or (
                detectors.kind = 'web_error'
                and web_sessions.error_count >= detectors.threshold
            )
),

detected as (
    {%- for cte in [
        'at_touchpoints', 'waits', 'repeat_contacts', 'failed_self_service', 'slow_resolutions',
        'slow_refunds', 'late_deliveries', 'rework', 'abandonments', 'web_friction'
    ] %}
    select * from {{ cte }}

    union all
    {% endfor %}
    select
        detector_id,
        subject_id,
        customer_id,
        occurred_at,
        touchpoint_id,
        channel_id,
        cast(null as double) as minutes_lost
    from requests_in_turn
    where request_number >= threshold
)

select
    detected.detector_id || '|' || detected.subject_id as friction_event_id,
    detected.detector_id,
    detected.customer_id,
    coalesce(customers.segment, 'unknown') as segment,
    detected.occurred_at,
    detected.touchpoint_id,
    detected.channel_id,
    cast(detected.minutes_lost as double) as minutes_lost
from detected
left join customers on detected.customer_id = customers.customer_id
where
    not coalesce(customers.is_test, false)
    and detected.occurred_at < {{ as_of_end() }}
