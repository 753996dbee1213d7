create or replace temp table billed_invoices as
select
    n,
    month_index,
    'in_' || lower(to_hex(hash(n, month_index, 'invoice', {{ seed }}))) as invoice_id,
    issued_at,
    has_unexpected_charge,
    has_payment_failure,
    (seats * seat_price)::decimal(18, 2) as subtotal_amount,
    case
        when has_unexpected_charge
            then greatest(15, round(seats * seat_price
                * (0.08 + 0.25 * uniform(n, month_index, 'fee')), 2))
        else 0
    end::decimal(18, 2) as fees_amount,
    case
        when has_payment_failure then after_days(issued_at, 3 + 3 * uniform(n, month_index, 'paid'))
        else after_hours(issued_at, 0.1 + 40 * uniform(n, month_index, 'paid') ^ 3)
    end as paid_draw,
    started_at,
    churned_at,
    returned_at
from invoices
join customers using (n)
join lifetimes using (n, started_at)
where is_customer_at(issued_at, started_at, churned_at, returned_at);

create or replace temp table billing_customers as
select
    billing_customer_id as id,
    case when uniform(n, 'billing_upper') < 0.1 then upper(email) else email end as email,
    case when uniform(n, 'metadata') < 0.5 then account_id end as crm_account_id,
    written_offset(started_at, 0) as created
from customers
where started_at is not null;

create or replace temp table billing_invoices as
select
    invoice_id as id,
    billing_customer_id as customer,
    written_offset(issued_at, 0) as created,
    subtotal_amount as subtotal,
    fees_amount as fees,
    subtotal_amount + fees_amount as total,
    'EUR' as currency,
    case when is_customer_at(paid_draw, billed_invoices.started_at, churned_at, returned_at)
        then 'paid' else 'open' end as status
from billed_invoices
join customers using (n);

create or replace temp table billing_events as
with events as (
    select n, invoice_id, issued_at as occurred_at, 'invoice.finalized' as event_type, fees_amount
        > 0 as has_fee, 1 as step
    from billed_invoices
    union all
    select n, invoice_id, issued_at + interval 4 minute, 'invoice.payment_failed', false, 2
    from billed_invoices
    where has_payment_failure
    union all
    select n, invoice_id, after_days(issued_at, 4 + 12 * uniform(n, month_index, 'dispute_at')),
        'charge.dispute.created', false, 5
    from billed_invoices
    where has_unexpected_charge
        and uniform(n, month_index, 'dispute') < {{ truths.billing.dispute_probability }}
        and is_customer_at(after_days(issued_at, 4 + 12 * uniform(n, month_index, 'dispute_at')),
            started_at, churned_at, returned_at)
    union all
    select n, invoice_id, paid_draw, 'invoice.paid', fees_amount > 0, 3
    from billed_invoices
    where is_customer_at(paid_draw, started_at, churned_at, returned_at)
    union all
    select
        n,
        'rn_' || lower(to_hex(hash(n, 'renewal notice', {{ seed }}))),
        started_at + interval 335 day,
        'invoice.renewal_upcoming',
        false,
        4
    from lifetimes
    join customers using (n, started_at)
    where contract_months = 12
        and is_customer_at(started_at + interval 335 day, started_at, churned_at, returned_at)
)

-- The vendor stamps each event in the zone of the server that wrote it.
select
    'evt_' || substr(invoice_id, 4) || '_' || step::varchar as id,
    event_type as type,
    billing_customer_id as customer,
    invoice_id as invoice,
    written_offset(occurred_at, pick([0, 1, 2], uniform(events.n, invoice_id, step, 'server')))
        as created,
    case
        when event_type = 'invoice.payment_failed' then 'failure'
        when has_fee then 'unexpected_fee'
        else 'success'
    end as outcome
from events
join customers using (n)
where occurred_at < history_end();

create or replace temp table billing_subscription_changes as
with seat_changes as (
    select n, responded_at as changed_at, 'upgraded' as change_type,
        greatest(1, ceil(seats * 0.25)::int) as seat_delta
    from offers
    join customers using (n)
    where offer_id = 'extra_seats' and is_accepted
    union all
    select
        n,
        after_seconds(span_from, uniform(n, month_index, 'seat_change_at')
            * epoch(span_to - span_from)),
        case when uniform(n, month_index, 'seat_change') < 0.006 then 'upgraded'
            else 'downgraded' end,
        case when uniform(n, month_index, 'seat_change') < 0.006 then 1 else -1 end
    from spans
    join customers using (n)
    where tenure_months > 0 and uniform(n, month_index, 'seat_change') < case when seats > 2
        then 0.010 else 0.006 end
),

changes as (
    select n, started_at as changed_at, 'started' as change_type, 0 as seat_delta, 1 as step
    from lifetimes
    union all
    select n, changed_at, change_type, seat_delta, 2
    from seat_changes
    join lifetimes using (n)
    where is_customer_at(changed_at, started_at, churned_at, returned_at)
    union all
    select n, started_at + interval 1 year, 'renewed', 0, 3
    from lifetimes
    join customers using (n, started_at)
    where contract_months = 12
        and is_customer_at(started_at + interval 1 year, started_at, churned_at, returned_at)
        and (churned_at is null or churned_at > started_at + interval 1 year + interval 1 hour)
    union all
    select n, churned_at, 'cancelled', 0, 4
    from lifetimes
    where churned_at is not null
    union all
    select n, churned_at + interval 20 minute, 'ended', 0, 5
    from lifetimes
    where churned_at is not null
    union all
    select n, returned_at, 'started', 0, 6
    from lifetimes
    where returned_at is not null
),

stated as (
    select
        changes.*,
        greatest(1, seats + sum(seat_delta) over (
            partition by n order by changed_at, step rows unbounded preceding
        ))::int as seats_after,
        row_number() over (partition by n order by changed_at, step) as change_number,
        customers.* exclude (n)
    from changes
    join customers using (n)
)

select
    subscription_id || '-' || change_number::varchar as change_id,
    -- Who comes back gets a new subscription.
    subscription_id || case when step = 6 then 'b' else '' end as subscription,
    billing_customer_id as customer,
    written_offset(changed_at, pick([0, 1, 2], uniform(n, change_number, 'change_server')))
        as changed,
    change_type,
    case when change_type in ('cancelled', 'ended') then 'cancelled' else 'active' end as status,
    plan_id as plan,
    seats_after as seats,
    case when change_type in ('cancelled', 'ended') then 0 else seats_after
        * seat_price end::decimal(18, 2) as mrr,
    'EUR' as currency,
    contract_months
from stated
where changed_at < history_end();
