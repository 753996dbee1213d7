with

interactions as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null
),

self_service_touchpoints as (
    select * from {{ ref('contact_touchpoints') }}
    where role = 'self_service'
),

contacts as (
    select * from {{ ref('fct_service_contacts') }}
    where customer_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
    where not coalesce(is_test, false)
),

views as (
    select
        interactions.interaction_id,
        interactions.customer_id,
        coalesce(customers.segment, 'unknown') as segment,
        interactions.occurred_at,
        coalesce(interactions.page, 'unknown') as page,
        lead(interactions.occurred_at) over (
            partition by interactions.customer_id
            order by interactions.occurred_at, interactions.interaction_id
        ) as next_at
    from interactions
    inner join self_service_touchpoints
        on interactions.touchpoint_id = self_service_touchpoints.touchpoint_id
    inner join customers on interactions.customer_id = customers.customer_id
),

-- An attempt is the last view of one search for help: nothing follows for a while.
attempts as (
    select
        interaction_id,
        customer_id,
        segment,
        occurred_at,
        page
    from views
    where
        next_at is null
        or {{ seconds_between('occurred_at', 'next_at') }}
        > {{ var('self_service_gap_minutes') * 60 }}
),

-- The next contact after each attempt is a running minimum from behind.
moments as (
    select
        customer_id,
        occurred_at,
        0 as step,
        interaction_id as moment_id,
        cast(null as timestamp) as contacted_at,
        true as is_attempt
    from attempts

    union all

    select
        customer_id,
        occurred_at,
        1 as step,
        contact_id as moment_id,
        occurred_at as contacted_at,
        false as is_attempt
    from contacts
),

followed as (
    select
        moment_id,
        is_attempt,
        min(contacted_at) over (
            partition by customer_id
            order by occurred_at, step, moment_id
            rows between current row and unbounded following
        ) as contacted_at
    from moments
),

judged as (
    select
        attempts.customer_id,
        attempts.segment,
        attempts.page,
        cast({{ dbt.date_trunc('month', 'attempts.occurred_at') }} as date) as month_start,
        case
            when
                {{ seconds_between('attempts.occurred_at', 'followed.contacted_at') }}
                <= {{ var('self_service_window_hours') * 3600 }}
                then 'failed'
            when
                {{ seconds_between('attempts.occurred_at', as_of_end()) }}
                < {{ var('self_service_window_hours') * 3600 }}
                then 'undecided'
            else 'succeeded'
        end as outcome
    from attempts
    inner join followed
        on
            attempts.interaction_id = followed.moment_id
            and followed.is_attempt
),

first_month as (
    select min(month_start) as month_start
    from judged
),

placed as (
    {%- for segment in ['judged.segment', "'all'"] %}
    {%- set outer = loop %}
    {%- for page in ['judged.page', "'all'"] %}
    {%- set inner_loop = loop %}
    {%- for grain in ['month', 'all'] %}
    {% if not (outer.first and inner_loop.first and loop.first) %}union all{% endif %}
    select
        '{{ grain }}' as period_grain,
        {{ 'judged.month_start' if grain == 'month' else 'first_month.month_start' }}
            as period_start,
        {{ segment }} as segment,
        {{ page }} as page,
        judged.customer_id,
        judged.outcome
    from judged
    cross join first_month
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
),

counted as (
    select
        period_grain,
        period_start,
        segment,
        page,
        count(*) as attempts,
        count(distinct customer_id) as customers,
        count(case when outcome = 'succeeded' then 1 end) as succeeded,
        count(case when outcome = 'failed' then 1 end) as failed,
        count(case when outcome = 'undecided' then 1 end) as undecided
    from placed
    group by period_grain, period_start, segment, page
),

-- What an article did not spare costs what a contact costs on the channel it came by; the mean over
-- all contacts stands for it.
contact_cost as (
    select
        avg(cost_amount) as cost_per_contact_amount,
        min(currency) as currency,
        count(distinct currency) as currency_count
    from contacts
)

select
    counted.period_grain,
    counted.period_start,
    counted.segment,
    counted.page,
    counted.attempts,
    counted.customers,
    counted.succeeded,
    counted.failed,
    counted.undecided,
    counted.succeeded * 1.0e0 / nullif(counted.succeeded + counted.failed, 0) as success_rate,
    {{ wilson_lower('counted.succeeded', '(counted.succeeded + counted.failed)') }}
        as success_lower,
    {{ wilson_upper('counted.succeeded', '(counted.succeeded + counted.failed)') }}
        as success_upper,
    counted.succeeded + counted.failed < {{ var('minimum_sample_size') }} as is_too_few,
    cast(
        case
            when contact_cost.currency_count = 1
                then counted.failed * contact_cost.cost_per_contact_amount
        end as decimal(18, 2)
    ) as failure_cost_amount,
    case when contact_cost.currency_count = 1 then contact_cost.currency end as currency
from counted
cross join contact_cost
