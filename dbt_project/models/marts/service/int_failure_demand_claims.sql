{{ config(schema='core', contract={'enforced': false}) }}

with

contacts as (
    select * from {{ ref('int_service_contacts') }}
),

proxies as (
    select * from {{ ref('failure_demand_proxies') }}
),

interactions as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null
),

-- Both what came before and the contacts, in one order for each proxy: the last trigger before a
-- contact is a running maximum, and no contact meets all the triggers of its customer.
moments as (
    select
        proxies.proxy_id,
        interactions.customer_id,
        interactions.occurred_at,
        0 as step,
        interactions.interaction_id as moment_id,
        interactions.occurred_at as triggered_at,
        cast(null as varchar) as contact_id
    from interactions
    inner join proxies
        on
            interactions.touchpoint_id = proxies.trigger_touchpoint_id
            and proxies.kind = 'after_touchpoint'

    union all

    select
        proxies.proxy_id,
        contacts.customer_id,
        contacts.occurred_at,
        1 as step,
        contacts.contact_id as moment_id,
        cast(null as timestamp) as triggered_at,
        contacts.contact_id
    from contacts
    inner join proxies
        on
            proxies.kind = 'after_touchpoint'
            and (proxies.topic is null or contacts.topic = proxies.topic)
    where contacts.customer_id is not null
),

led_up_to as (
    select
        proxy_id,
        contact_id,
        occurred_at,
        max(triggered_at) over (
            partition by proxy_id, customer_id
            order by occurred_at, step, moment_id
            rows between unbounded preceding and current row
        ) as triggered_at
    from moments
),

claims as (
    select
        led_up_to.contact_id,
        proxies.proxy_id,
        proxies.proxy_order
    from led_up_to
    inner join proxies on led_up_to.proxy_id = proxies.proxy_id
    where
        led_up_to.contact_id is not null
        and {{ seconds_between('led_up_to.triggered_at', 'led_up_to.occurred_at') }}
        <= proxies.window_hours * 3600

    union all

    select
        contacts.contact_id,
        proxies.proxy_id,
        proxies.proxy_order
    from contacts
    inner join proxies
        on
            contacts.contact_kind = proxies.kind
            or (
                proxies.kind = 'same_reason'
                and {{ seconds_between('contacts.same_reason_before_at', 'contacts.occurred_at') }}
                <= proxies.window_hours * 3600
            )
    where proxies.kind <> 'after_touchpoint'
)

select
    contact_id,
    proxy_id,
    row_number() over (partition by contact_id order by proxy_order, proxy_id) as claim_rank
from claims
