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

help_detectors as (
    select
        detector_id,
        touchpoint_id,
        threshold * 3600 as most_seconds
    from detectors
    where detectors.kind = 'failed_self_service'
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

-- The last article before each contact is a running maximum; several contacts after one article are
-- one failure.
help_moments as (
    select
        help_detectors.detector_id,
        interactions.customer_id,
        interactions.occurred_at,
        0 as step,
        interactions.occurred_at as viewed_at,
        cast(null as varchar) as contact_id,
        cast(null as varchar) as channel_id
    from interactions
    inner join help_detectors on interactions.touchpoint_id = help_detectors.touchpoint_id
    where interactions.customer_id is not null

    union all

    select
        help_detectors.detector_id,
        contacts.customer_id,
        contacts.occurred_at,
        1 as step,
        cast(null as timestamp) as viewed_at,
        contacts.contact_id,
        contacts.channel_id
    from contacts
    cross join help_detectors
    where contacts.customer_id is not null
),

help_before as (
    select
        detector_id,
        customer_id,
        occurred_at,
        contact_id,
        channel_id,
        max(viewed_at) over (
            partition by detector_id, customer_id
            order by occurred_at, step, contact_id
            rows between unbounded preceding and current row
        ) as last_viewed_at
    from help_moments
),

first_contacts_after_help as (
    select
        *,
        row_number() over (
            partition by detector_id, customer_id, last_viewed_at
            order by occurred_at, contact_id
        ) as contact_number
    from help_before
    where contact_id is not null and last_viewed_at is not null
),

failed_self_service as (
    select
        help_detectors.detector_id,
        after_help.contact_id as subject_id,
        after_help.customer_id,
        after_help.occurred_at,
        help_detectors.touchpoint_id,
        after_help.channel_id,
        cast(null as double) as minutes_lost
    from first_contacts_after_help as after_help
    inner join help_detectors on after_help.detector_id = help_detectors.detector_id
    where
        after_help.contact_number = 1
        and {{ seconds_between('after_help.last_viewed_at', 'after_help.occurred_at') }}
        <= help_detectors.most_seconds
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

abandonments as (
    select
        detectors.detector_id,
        journeys.journey_instance_id as subject_id,
        journeys.customer_id,
        journeys.abandoned_at as occurred_at,
        journeys.last_touchpoint_id as touchpoint_id,
        cast(null as varchar) as channel_id,
        cast(null as double) as minutes_lost
    from journeys
    inner join detectors
        on
            journeys.journey_id = detectors.journey_id
            and detectors.kind = 'abandonment'
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
