with

contacts as (
    select * from {{ ref('fct_service_contacts') }}
    where
        occurred_at >= {{ last_days_start(var('cost_to_serve_days')) }}
        and customer_id is not null
),

customers as (
    select
        customer_id,
        coalesce(segment, 'unknown') as segment
    from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

costed as (
    select
        customer_id,
        segment,
        channel_id,
        count(*) as contacts,
        count(cost_amount) as costed_contacts,
        sum(cost_amount) as cost_amount,
        count(duration_seconds) as timed_contacts,
        {{ exact_sum('duration_seconds') }} as handling_seconds,
        min(currency) as currency
    from contacts
    group by customer_id, segment, channel_id
),

levels as (
    {%- for level, customer, segment in [
        ('customer', 'customer_id', 'segment'),
        ('segment', "cast(null as varchar)", 'segment'),
        ('all', "cast(null as varchar)", "'all'"),
    ] %}
    {%- set outer = loop %}
    {%- for channel in ['channel_id', "'all'"] %}
    {% if not (outer.first and loop.first) %}union all{% endif %}
    select
        '{{ level }}' as cost_level,
        {{ customer }} as customer_id,
        {{ segment }} as segment,
        {{ channel }} as channel_id,
        contacts,
        costed_contacts,
        cost_amount,
        timed_contacts,
        handling_seconds,
        currency,
        customer_id as serving_customer_id
    from costed
    {%- endfor %}
    {%- endfor %}
),

summed as (
    select
        cost_level,
        customer_id,
        segment,
        channel_id,
        sum(contacts) as contacts,
        sum(costed_contacts) as costed_contacts,
        sum(cost_amount) as cost_amount,
        sum(timed_contacts) as timed_contacts,
        {{ exact_sum('handling_seconds') }} as handling_seconds,
        min(currency) as currency,
        count(distinct currency) as currency_count,
        count(distinct serving_customer_id) as contacting_customers
    from levels
    group by cost_level, customer_id, segment, channel_id
),

segment_sizes as (
    select
        segment,
        count(*) as customers
    from customers
    group by segment

    union all

    select
        'all' as segment,
        count(*) as customers
    from customers
),

compared as (
    select
        summed.*,
        totals.contacts as all_contacts,
        totals.cost_amount as all_cost_amount,
        case
            when summed.cost_level = 'customer' then 1
            else greatest(coalesce(segment_sizes.customers, 0), summed.contacting_customers)
        end as customers
    from summed
    inner join summed as totals
        on
            summed.cost_level = totals.cost_level
            and coalesce(summed.customer_id, '') = coalesce(totals.customer_id, '')
            and summed.segment = totals.segment
            and totals.channel_id = 'all'
    left join segment_sizes on summed.segment = segment_sizes.segment
)

select
    compared.cost_level,
    coalesce(compared.customer_id, compared.segment) as level_value,
    compared.customer_id,
    compared.segment,
    compared.channel_id,
    cast(compared.contacts as bigint) as contacts,
    cast(compared.costed_contacts as bigint) as costed_contacts,
    compared.contacts * 1.0e0 / compared.all_contacts as share_of_contacts,
    cast(
        case when compared.timed_contacts > 0 then compared.handling_seconds / 60.0e0 end as double
    ) as handling_minutes,
    cast(case when compared.currency_count = 1 then compared.cost_amount end as decimal(18, 2))
        as cost_amount,
    cast(
        case
            when compared.currency_count = 1
                then compared.cost_amount * 1.0e0 / nullif(compared.all_cost_amount, 0)
        end as double
    ) as share_of_cost,
    cast(compared.customers as bigint) as customers,
    cast(compared.contacting_customers as bigint) as contacting_customers,
    cast(
        case
            when compared.currency_count = 1
                then compared.cost_amount * 1.0e0 / nullif(compared.customers, 0)
        end as decimal(18, 2)
    ) as cost_per_customer_amount,
    cast(
        case
            when compared.currency_count = 1 and customer_values.currency = compared.currency
                then
                    compared.cost_amount * 1.0e0 / nullif(customer_values.revenue_365d_amount, 0)
        end as double
    ) as share_of_revenue,
    case when compared.currency_count = 1 then compared.currency end as currency
from compared
left join customer_values on compared.customer_id = customer_values.customer_id
