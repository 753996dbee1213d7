-- What each customer would live through, month by month, were it never to leave.
create or replace temp table months as
select
    month_index,
    history_start() + to_months(month_index::int) as month_start,
    history_start() + to_months(month_index::int + 1) as month_end
from range({{ truths.history.months }}) as numbers (month_index);

create or replace temp table customer_months as
select
    customers.n,
    months.month_index,
    months.month_start,
    months.month_end,
    months.month_index - (
        date_diff('month', history_start(), date_trunc('month', customers.started_at))
    ) as tenure_months
from customers
join months on months.month_end > customers.started_at
where customers.started_at is not null;

create or replace temp table drawn_shocks as
select
    customer_months.*,
    greatest(customer_months.month_start, customers.started_at) as from_at,
    uniform(customer_months.n, month_index, 'charge')
        < {{ truths.billing.unexpected_charge_probability }} * billing_proneness
    and tenure_months > 0 as has_unexpected_charge,
    uniform(customer_months.n, month_index, 'payment')
        < {{ truths.billing.payment_failure_probability }} * billing_proneness
    and tenure_months > 0 as has_payment_failure,
    {{ truths.use.wander }} * gaussian(customer_months.n, month_index, 'use')
    - case
        when tenure_months > 0
            and uniform(customer_months.n, month_index, 'decline')
                < {{ truths.use.decline_start_probability }}
            then {{ truths.use.decline_size }}
        else 0
    end as use_shock,
    {{ truths.mood.wander }} * gaussian(customer_months.n, month_index, 'mood') as mood_wander,
    poisson(
        uniform(customer_months.n, month_index, 'tickets'),
        ticket_rate * date_diff('day', greatest(customer_months.month_start, customers.started_at),
            customer_months.month_end) / 30.0
    ) as ticket_count
from customer_months
join customers using (n);

create or replace temp table invoices as
select
    drawn_shocks.n,
    month_index,
    greatest(
        after_hours(month_start, 24 * (day(started_at) - 1) + 6 + 4
            * uniform(drawn_shocks.n, 'invoice_hour')),
        started_at + interval 10 minute
    ) as issued_at,
    has_unexpected_charge,
    has_payment_failure
from drawn_shocks
join customers using (n)
where day(started_at) <= day(month_end - interval 1 day);

-- Ordinary tickets, tickets about an unexpected charge, and tickets about a failed import.
create or replace temp table ticket_causes as
select
    n,
    month_index,
    step as ticket_number,
    after_seconds(
        from_at, uniform(n, month_index, step, 'ticket_at') * epoch(month_end - from_at) * 0.999
    ) as opened_at,
    pick(
        ['how_to', 'how_to', 'bug', 'bug', 'performance', 'integration', 'account'],
        uniform(n, month_index, step, 'ticket_reason')
    ) as reason
from (select *, unnest(range(ticket_count::int)) as step from drawn_shocks)
union all
select
    n,
    month_index,
    90,
    after_hours(issued_at, 2 + 90 * uniform(n, month_index, 'charge_ticket_at')),
    'unexpected_charge'
from invoices
where has_unexpected_charge
    and uniform(n, month_index, 'charge_ticket') < {{ truths.billing.complaint_probability }}
union all
select
    n,
    month_index,
    91,
    after_hours(issued_at, 3 + 60 * uniform(n, month_index, 'payment_ticket_at')),
    'payment_problem'
from invoices
where has_payment_failure and uniform(n, month_index, 'payment_ticket') < 0.25
union all
select
    n,
    date_diff('month', history_start(), date_trunc('month', login_at)),
    92,
    after_hours(login_at, 3 + 60 * uniform(n, 'import_ticket_at')),
    'import_help'
from onboarding
where failed_imports > 0 and login_at is not null and uniform(n, 'import_ticket') < 0.4;

create or replace temp table all_tickets as
with drawn as (
    select
        *,
        n::varchar || '-' || month_index::varchar || '-' || ticket_number::varchar as ticket_key,
        uniform(n, month_index, ticket_number, 'slow') < {{ truths.support.slow_probability }}
            as is_slow,
        uniform(n, month_index, ticket_number, 'unsolved')
            < {{ truths.support.unsolved_probability }} as is_unsolved,
        uniform(n, month_index, ticket_number, 'transfer')
            < {{ truths.support.transfer_probability }} as is_transferred,
        uniform(n, month_index, ticket_number, 'reopen') < {{ truths.support.reopen_probability }}
            as is_reopened,
        uniform(n, month_index, ticket_number, 'channel') as channel_draw,
        uniform(n, month_index, ticket_number, 'reply') as reply_draw,
        uniform(n, month_index, ticket_number, 'solve') as solve_draw
    from ticket_causes
    where opened_at < history_end()
),

timed as (
    select
        *,
        case when channel_draw < 0.5 then 'email' when channel_draw < 0.8 then 'chat' else 'phone'
            end as channel_id,
        after_hours(
            opened_at,
            case when channel_draw < 0.5 then 1 + 10 * reply_draw else 0.02 + 0.5 * reply_draw end
            * case when is_slow then 4 else 1 end
        ) as first_replied_at
    from drawn
)

select
    *,
    after_hours(first_replied_at, 0.5 + case
        when is_slow then 90 + 160 * solve_draw when is_reopened or is_transferred then 10 + 50
            * solve_draw
        else 30 * solve_draw ^ 2
    end) as solved_draw
from timed;

create or replace temp table ticket_shocks as
select
    n,
    date_diff('month', history_start(), date_trunc('month', opened_at)) as month_index,
    count(*) filter (where is_slow or is_unsolved) as slow_count,
    count(*) filter (where is_transferred) as transfer_count,
    count(*) filter (where is_reopened and not is_unsolved) as reopen_count
from all_tickets
group by all;

create or replace temp table onboarding_calls as
select
    customers.n,
    after_days(login_at, 1 + 8 * uniform(customers.n, 'onboarding_call_days')) as held_at
from customers
join onboarding using (n)
where business_model = 'high_touch' and login_at is not null
    and uniform(customers.n, 'onboarding_call') < 0.7
    and after_days(login_at, 1 + 8 * uniform(customers.n, 'onboarding_call_days')) < history_end();

-- States fade geometrically, so each is a running sum of shocks scaled by memory ** -month.
create or replace temp table states as
with shocks as (
    select
        drawn_shocks.*,
        coalesce(slow_count, 0) as slow_count,
        coalesce(transfer_count, 0) as transfer_count,
        coalesce(reopen_count, 0) as reopen_count,
        (
            mood_wander
            + {{ truths.mood.unexpected_charge }} * has_unexpected_charge::int
            + {{ truths.mood.payment_failure }} * has_payment_failure::int
            + {{ truths.mood.slow_ticket }} * coalesce(slow_count, 0)
            + {{ truths.mood.transferred_ticket }} * coalesce(transfer_count, 0)
            + {{ truths.mood.reopened_ticket }} * coalesce(reopen_count, 0)
            + {{ truths.mood.use_shock }} * use_shock
            + {{ truths.mood.first_report }}
                * (date_trunc('month', report_at) = month_start and report_at is not null)::int
            + {{ truths.mood.onboarding_call }}
                * (date_trunc('month', held_at) = month_start and held_at is not null)::int
            + {{ truths.mood.failed_import }} * (tenure_months = 0 and failed_imports > 0)::int
        ) as mood_shock
    from drawn_shocks
    join onboarding using (n)
    left join onboarding_calls using (n)
    left join ticket_shocks using (n, month_index)
),

running as (
    select
        n,
        month_index,
        month_start,
        month_end,
        from_at,
        tenure_months,
        {{ truths.use.memory }} ^ tenure_months
        * sum(use_shock * {{ truths.use.memory }} ^ -tenure_months) over so_far as use_level,
        {{ truths.mood.memory }} ^ tenure_months
        * sum(mood_shock * {{ truths.mood.memory }} ^ -tenure_months) over so_far as mood_so_far,
        {{ truths.churn.memory }} ^ tenure_months
        * sum(has_payment_failure::int * {{ truths.churn.memory }} ^ -tenure_months) over so_far
            as payment_failure,
        {{ truths.churn.memory }} ^ tenure_months
        * sum(has_unexpected_charge::int * {{ truths.churn.memory }} ^ -tenure_months) over so_far
            as unexpected_charge,
        {{ truths.churn.memory }} ^ tenure_months
        * sum((slow_count + reopen_count + 0.5 * transfer_count)
            * {{ truths.churn.memory }} ^ -tenure_months)
            over so_far as bad_ticket
    from shocks
    window so_far as (partition by n order by month_index rows unbounded preceding)
)

select
    n,
    month_index,
    month_start,
    month_end,
    from_at,
    tenure_months,
    round(use_level, 6) as use_level,
    round(baseline_mood + mood_so_far, 6) as mood,
    round(clamp(-use_level, 0, 2.5), 6) as usage_decline,
    round(least(payment_failure, 2), 6) as payment_failure,
    round(least(unexpected_charge, 2), 6) as unexpected_charge,
    round(least(bad_ticket, 2), 6) as bad_ticket
from running
join customers using (n);

-- What has settled in by the start of each month. Scores and comments of a month come from
-- this, so
-- that nobody complains of a thing that has not happened yet; so does the risk of leaving.
create or replace temp table states_before as
select
    states.n,
    month_index,
    month_start,
    month_end,
    tenure_months,
    coalesce(lag(mood) over so_far, baseline_mood) as mood,
    coalesce(lag(usage_decline) over so_far, 0) as usage_decline,
    coalesce(lag(payment_failure) over so_far, 0) as payment_failure,
    coalesce(lag(unexpected_charge) over so_far, 0) as unexpected_charge,
    coalesce(lag(bad_ticket) over so_far, 0) as bad_ticket,
    baseline_mood
from states
join customers using (n)
window so_far as (partition by states.n order by month_index);
