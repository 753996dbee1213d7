-- The hazard of a month depends on the states at the end of the month before, on nothing later.
create or replace temp table hazards as
with exposed as (
    select
        states_before.*,
        segment,
        contract_months,
        greatest(month_start, started_at + interval {{ truths.churn.safe_days }} day)
            as exposed_from,
        (onboarding.report_at is null or onboarding.report_at >= month_start)::int
            as onboarding_unfinished,
        case
            when contract_months = 12
                and month(month_start) = month(started_at) and month_start > started_at
                then month_start + (started_at - date_trunc('month', started_at))
        end as renewal_at
    from states_before
    join customers using (n)
    join onboarding using (n)
    where tenure_months > 0
),

-- What is known at the start of the month, for each of the next three months: measures fade,
-- mood
-- returns to its baseline, the renewal and the tenure follow the calendar. Nothing yet to come
-- is used.
ahead as (
    select
        exposed.*,
        step,
        {{ truths.churn.intercept }}
        + {{ truths.churn.usage_decline }} * usage_decline * {{ truths.use.memory }} ^ step
        + {{ truths.churn.payment_failure }} * payment_failure * {{ truths.churn.memory }} ^ step
        + {{ truths.churn.unexpected_charge }} * unexpected_charge
            * {{ truths.churn.memory }} ^ step
        + {{ truths.churn.bad_ticket }} * bad_ticket * {{ truths.churn.memory }} ^ step
        + {{ truths.churn.low_mood }} * clamp(
            -(baseline_mood + (mood - baseline_mood) * {{ truths.mood.memory }} ^ step), -2, 3
        )
        + {{ truths.churn.onboarding_unfinished }} * onboarding_unfinished
        + {{ truths.churn.log_tenure }} * ln(1 + tenure_months + step)
        + {{ truths.churn.renewal_due }} * (
            contract_months = 12 and tenure_months + step > 0 and (tenure_months + step) % 12 = 0
        )::int
        + {{ truths.churn.small_business }} * (segment = 'small_business')::int
        + {{ truths.churn.enterprise }} * (segment = 'enterprise')::int as log_odds
    from exposed
    cross join range(3) as steps (step)
),

scored as (
    select
        n,
        month_index,
        first(log_odds order by step) as log_odds,
        list(logistic(log_odds) order by step) as probabilities
    from ahead
    group by n, month_index
)

select
    exposed.*,
    epoch(month_end - exposed_from) / 86400.0 as exposed_days,
    round(logistic(log_odds), 9) as churn_probability_30d,
    round(1 - (1 - probabilities[1]) * (1 - probabilities[2]) * (1 - probabilities[3]), 9)
        as churn_probability_90d,
    round(1 - (1 - logistic(log_odds)) ^ (epoch(month_end - exposed_from) / 86400.0 / 30), 9)
        as churn_probability_month
from exposed
join scored using (n, month_index)
where exposed_from < month_end;

create or replace temp table departures as
with leaving as (
    select
        *,
        row_number() over (partition by n order by month_index) as departure_number
    from hazards
    where uniform(n, month_index, 'leave') < churn_probability_month
)

select
    n,
    month_index,
    -- An annual contract that runs out in the month ends on its last day; any other on any
    -- day.
    date_trunc('hour', case
        when renewal_at >= exposed_from then renewal_at
        else after_seconds(exposed_from, uniform(n, 'leave_at') * exposed_days * 86400 * 0.95)
    end) + interval 7 minute as churned_at
from leaving
where departure_number = 1;

create or replace temp table lifetimes as
with known as (
    select
        customers.n,
        started_at,
        churned_at,
        case
            when uniform(customers.n, 'win_back') < {{ truths.customers.win_back_probability }}
                and after_days(churned_at, 95 + 60 * uniform(customers.n, 'win_back_days'))
                    < history_end()
                then after_days(churned_at, 95 + 60 * uniform(customers.n, 'win_back_days'))
        end as returned_at
    from customers
    left join departures using (n)
    where started_at is not null
)

select * from known;

-- Stretches of a month in which the customer had a running subscription.
create or replace temp table spans as
select
    states.*,
    span_from,
    span_to,
    epoch(span_to - span_from) / 86400.0 as span_days
from states
join (
    select
        states.n,
        states.month_index,
        unnest([
            {'span_from': states.from_at,
                'span_to': least(states.month_end, coalesce(churned_at, states.month_end))},
            {'span_from': greatest(states.month_start, returned_at), 'span_to': case
                when returned_at is not null then states.month_end end}
        ], recursive := true)
    from states
    join lifetimes using (n)
) as cuts using (n, month_index)
where span_to > span_from;

create or replace macro is_customer_at(moment, started_at, churned_at, returned_at) as (
    moment >= started_at
    and moment < history_end()
    and (churned_at is null or moment < churned_at or coalesce(moment >= returned_at, false))
);
