{{ config(enabled=is_source_enabled('stripe')) }}

with charges as (
    select * from {{ ref('base_stripe__charges') }}
),

events as (
    select
        events.*,
        coalesce(charges.is_of_invoice, events.invoice_id is not null) as is_of_invoice,
        coalesce(events.customer_id, charges.customer_id) as known_customer_id
    from {{ source('stripe', 'events') }} as events
    left join charges on coalesce(events.charge_id, events.object_id) = charges.charge_id
),

logged as (
    select
        event_id as interaction_id,
        object_id,
        event_type as event_name,
        known_customer_id as customer_id,
        created_at as occurred_at
    from events
    where
        event_type in (
            'invoice.finalized', 'invoice.sent', 'invoice.paid', 'invoice.payment_failed',
            'invoice.payment_action_required', 'invoice.upcoming',
            'customer.subscription.trial_will_end', 'charge.dispute.created'
        )
        -- A failed payment of an invoice is told by the invoice, a refund of an order by the order.
        or (event_type = 'charge.failed' and not is_of_invoice)
        or (event_type = 'charge.refunded' and is_of_invoice)
),

cancellation_requests as (
    select
        state_id || ':cancellation' as interaction_id,
        subscription_id as object_id,
        'subscription.cancellation_requested' as event_name,
        customer_id,
        state_at as occurred_at,
        cancel_at_period_end
        and not coalesce(
            lag(cancel_at_period_end) over (
                partition by subscription_id order by state_at, state_order, state_id
            ),
            false
        )
        and status <> 'canceled' as is_new
    from {{ ref('base_stripe__subscription_states') }}
),

invoices as (
    select * from {{ source('stripe', 'invoices') }}
),

recorded as (
    select
        'invoice:' || invoice_id || ':finalized' as interaction_id,
        invoice_id as object_id,
        'invoice.finalized' as event_name,
        customer_id,
        coalesce(finalized_at, created_at) as occurred_at
    from invoices
    where finalized_at is not null or lower(status) in ('open', 'paid', 'uncollectible')
    union all
    select
        'invoice:' || invoice_id || ':paid' as interaction_id,
        invoice_id as object_id,
        'invoice.paid' as event_name,
        customer_id,
        paid_at as occurred_at
    from invoices
    where paid_at is not null
    union all
    select
        'charge:' || charge_id || ':failed' as interaction_id,
        coalesce(invoice_id, charge_id) as object_id,
        case when is_of_invoice then 'invoice.payment_failed' else 'charge.failed' end
            as event_name,
        customer_id,
        created_at as occurred_at
    from charges
    where outcome = 'failure'
    union all
    select
        'refund:' || refunds.refund_id as interaction_id,
        refunds.charge_id as object_id,
        'charge.refunded' as event_name,
        charges.customer_id,
        refunds.created_at as occurred_at
    from {{ source('stripe', 'refunds') }} as refunds
    left join charges on refunds.charge_id = charges.charge_id
    where
        coalesce(charges.is_of_invoice, true)
        and coalesce(lower(refunds.status), 'succeeded') not in ('failed', 'canceled')
    union all
    select
        'dispute:' || disputes.dispute_id as interaction_id,
        disputes.dispute_id as object_id,
        'charge.dispute.created' as event_name,
        charges.customer_id,
        disputes.created_at as occurred_at
    from {{ source('stripe', 'disputes') }} as disputes
    left join charges on disputes.charge_id = charges.charge_id
),

told as (
    select distinct
        object_id,
        event_name
    from logged
),

-- What the log of events tells is not told again from the records.
moments as (
    select
        interaction_id,
        object_id,
        event_name,
        customer_id,
        occurred_at
    from logged
    union all
    select
        interaction_id,
        object_id,
        event_name,
        customer_id,
        occurred_at
    from cancellation_requests
    where is_new
    union all
    select
        recorded.interaction_id,
        recorded.object_id,
        recorded.event_name,
        recorded.customer_id,
        recorded.occurred_at
    from recorded
    left join told
        on recorded.object_id = told.object_id and recorded.event_name = told.event_name
    where told.object_id is null
)

-- Tells no load: charges, invoices and the log of events decide together what is told.
select
    'stripe' as source_name,
    interaction_id,
    case when customer_id is not null then 'billing_customer_id' end as customer_key_type,
    customer_id as customer_key,
    event_name,
    case when event_name in ('invoice.paid', 'charge.failed') then 'web' else 'email' end
        as channel_id,
    occurred_at,
    case
        when event_name like 'invoice.%' then 'invoice'
        when event_name like 'charge.dispute%' then 'dispute'
        when event_name like 'charge.%' then 'charge'
        else 'subscription'
    end as related_type,
    object_id as related_id,
    case
        when event_name in ('invoice.payment_failed', 'charge.failed') then 'failure'
        when event_name = 'invoice.paid' then 'success'
    end as outcome,
    'billing' as team
from moments
