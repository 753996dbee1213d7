{{ config(enabled=is_source_enabled('stripe')) }}

with charges as (
    select
        *,
        dashboard_created is not null as is_in_whole_units
    from {{ source('stripe', 'charges') }}
),

refunds as (
    select
        charge_id,
        sum(case
            when dashboard_created is not null then amount
            else {{ stripe_amount('amount', 'currency') }}
        end) as refund_amount
    from {{ source('stripe', 'refunds') }}
    where status is null or lower(status) not in ('failed', 'canceled')
    group by charge_id
)

select
    charges.charge_id,
    charges.customer_id,
    {{ email_address('charges.email') }} as email,
    charges.invoice_id,
    -- Newer versions of the API no longer name the invoice; the description still does.
    charges.invoice_id is not null
    or coalesce(
        charges.description like 'Subscription %'
        or charges.description like 'Payment for Invoice%'
        or charges.description like 'Invoice %',
        false
    ) as is_of_invoice,
    case
        when lower(charges.status) = 'failed' then 'failure'
        when lower(charges.status) in ('succeeded', 'paid', 'refunded', 'partially refunded')
            then 'success'
    end as outcome,
    case
        when charges.is_in_whole_units then charges.amount
        else {{ stripe_amount('charges.amount', 'charges.currency') }}
    end as total_amount,
    nullif(
        coalesce(
            case
                when charges.is_in_whole_units then charges.amount_refunded
                else {{ stripe_amount('charges.amount_refunded', 'charges.currency') }}
            end,
            refunds.refund_amount
        ),
        0
    ) as refund_amount,
    upper(charges.currency) as currency,
    charges.created_at
from charges
left join refunds on charges.charge_id = refunds.charge_id
