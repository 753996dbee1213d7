{{ config(enabled=is_source_enabled('stripe')) }}

with item_lists as (
    {% for state_id, stream, list_name in [
        ('event_id', 'events', 'items'),
        ('event_id', 'events', 'previous_items'),
        ("'present:' || subscription_id", 'subscriptions', 'items'),
        ("'history:' || subscription_id || ':' || cast(valid_from as varchar)",
         'subscription_history', 'items'),
    ] -%}
    {% if not loop.first %}union all
    {% endif -%}
    select
        {{ state_id }} as state_id,
        '{{ list_name }}' as list_name,
        {{ json_items(list_name) }} as item_list
    from {{ source('stripe', stream) }}
    {% endfor %}
),

exploded as (
    select
        state_id,
        list_name,
        {{ explode_items('item_list', 'item') }}
    from item_lists
),

-- Prices came after plans, and say the same under other names.
items as (
    select
        state_id,
        list_name,
        coalesce({{ json_text('item', '$.price.id') }}, {{ json_text('item', '$.plan.id') }})
            as plan_id,
        cast({{ plain_number(json_text('item', '$.quantity')) }} as bigint) as seats,
        coalesce(
            {{ plain_number(json_text('item', '$.price.unit_amount_decimal')) }},
            {{ plain_number(json_text('item', '$.price.unit_amount')) }},
            {{ plain_number(json_text('item', '$.plan.amount_decimal')) }},
            {{ plain_number(json_text('item', '$.plan.amount')) }}
        ) as unit_amount,
        coalesce(
            {{ json_text('item', '$.price.currency') }}, {{ json_text('item', '$.plan.currency') }}
        ) as currency,
        coalesce(
            {{ json_text('item', '$.price.recurring.interval') }},
            {{ json_text('item', '$.plan.interval') }}
        ) as billing_interval,
        cast(coalesce(
            {{ plain_number(json_text('item', '$.price.recurring.interval_count')) }},
            {{ plain_number(json_text('item', '$.plan.interval_count')) }},
            1
        ) as bigint) as interval_count,
        coalesce(
            {{ json_text('item', '$.price.recurring.usage_type') }},
            {{ json_text('item', '$.plan.usage_type') }},
            'licensed'
        ) as usage_type
    from exploded
),

-- What a subscription of a replication tool consists of stands in tables of its own.
replicated as (
    select
        'present:' || subscription_items.subscription_id as state_id,
        'items' as list_name,
        subscription_items.plan_id,
        subscription_items.quantity as seats,
        cast(price_list.amount as double) as unit_amount,
        price_list.currency,
        price_list.billing_interval,
        coalesce(price_list.interval_count, 1) as interval_count,
        coalesce(price_list.usage_type, 'licensed') as usage_type
    from {{ source('stripe', 'subscription_items') }} as subscription_items
    left join {{ source('stripe', 'plans') }} as price_list
        on subscription_items.plan_id = price_list.plan_id
),

all_items as (
    select * from items
    union all
    select * from replicated
),

priced as (
    select
        *,
        case
            when usage_type = 'metered' then 0.0e0
            else coalesce(seats, 1) * {{ monthly_amount(
                'unit_amount', 'billing_interval', 'interval_count'
            ) }}
        end as monthly_amount,
        case billing_interval
            when 'year' then 12 * interval_count
            when 'month' then interval_count
        end as term_months
    from all_items
)

select
    state_id,
    list_name,
    {{ dbt.listagg('plan_id', "'+'", 'order by plan_id') }} as plan_id,
    cast(sum(seats) as bigint) as seats,
    -- The sum over a price that nobody knows is unknown too.
    case
        when count(monthly_amount) = count(*)
            then {{ stripe_amount('sum(monthly_amount)', 'min(currency)') }}
    end as mrr_amount,
    max(term_months) as contract_months
from priced
group by state_id, list_name
