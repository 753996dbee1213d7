{{ config(schema='core', contract={'enforced': false}) }}

with

rules as (
    select
        *,
        {{ add_days(as_of_end(), '-lookback_days') }} as looks_back_to
    from {{ ref('alert_rules') }}
),

answers as (
    select * from {{ ref('fct_survey_answers') }}
    where customer_id is not null and is_on_scale
),

questions as (
    select * from {{ ref('survey_questions') }}
),

comments as (
    select * from {{ ref('fct_comment_signals') }}
    where customer_id is not null
),

tickets as (
    select * from {{ ref('fct_tickets') }}
    where customer_id is not null
),

ticket_events as (
    select * from {{ ref('fct_ticket_events') }}
),

payments as (
    select * from {{ ref('fct_interactions') }}
    where customer_id is not null and touchpoint_id in ('payment_failure', 'invoice_payment')
),

churn_scores as (
    select * from {{ source('ml', 'churn_scores') }}
    where as_of_date <= {{ as_of_date() }}
),

upsell_scores as (
    select * from {{ source('ml', 'upsell_scores') }}
    where as_of_date <= {{ as_of_date() }}
),

churn_risk as (
    select * from {{ ref('mart_churn_risk') }}
),

opportunities as (
    select * from {{ ref('mart_upsell_opportunities') }}
    where is_eligible and rank_in_customer = 1
),

segments as (
    select * from {{ ref('mart_segments') }}
),

customer_values as (
    select * from {{ ref('int_customer_values') }}
),

score_signals as (
    select
        rules.rule_id,
        answers.customer_id,
        answers.response_id as cause_id,
        concat(
            answers.metric, ' ', cast(cast(answers.score as decimal(18, 0)) as varchar), ' of ',
            cast(questions.scale_maximum as varchar), ' in survey ',
            replace(answers.survey_id, '_', ' ')
        ) as cause,
        answers.answered_at as opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from answers
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    inner join rules
        on
            (
                rules.signal = 'nps_score'
                and answers.metric = 'NPS'
                and answers.score <= rules.threshold
            )
            or (
                rules.signal = 'promoter_score'
                and answers.metric = 'NPS'
                and answers.score >= rules.threshold
            )
            or (
                rules.signal = 'csat_score'
                and answers.metric in ('CSAT', 'OSAT')
                and questions.scale_maximum = 5
                and answers.score <= rules.threshold
            )
    where answers.answered_at >= rules.looks_back_to
),

comment_signals as (
    select
        rules.rule_id,
        comments.customer_id,
        comments.feedback_id as cause_id,
        'Strongly negative comment that asks for an answer' as cause,
        comments.occurred_at as opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from comments
    inner join rules
        on
            rules.signal = 'comment_intensity'
            and comments.emotional_intensity >= rules.threshold
            and comments.occurred_at >= rules.looks_back_to
    where comments.sentiment = 'negative' and comments.actionability = 'response_needed'
),

-- A run of tickets is one cause: it begins with the ticket that first fills the window.
ticket_windows as (
    select
        rules.rule_id,
        rules.threshold,
        rules.lookback_days,
        rules.looks_back_to,
        tickets.customer_id,
        tickets.ticket_id,
        tickets.opened_at,
        count(*) as ticket_count
    from tickets
    inner join rules on rules.signal = 'ticket_count'
    inner join tickets as earlier_tickets
        on
            tickets.customer_id = earlier_tickets.customer_id
            and (
                tickets.opened_at > earlier_tickets.opened_at
                or (
                    tickets.opened_at = earlier_tickets.opened_at
                    and tickets.ticket_id >= earlier_tickets.ticket_id
                )
            )
            and tickets.opened_at
            < {{ add_days('earlier_tickets.opened_at', 'rules.lookback_days') }}
    group by
        rules.rule_id, rules.threshold, rules.lookback_days, rules.looks_back_to,
        tickets.customer_id, tickets.ticket_id, tickets.opened_at
),

ticket_runs as (
    select
        *,
        coalesce(
            lag(ticket_count) over (
                partition by rule_id, customer_id order by opened_at, ticket_id
            ), 0
        ) as ticket_count_before
    from ticket_windows
),

ticket_run_signals as (
    select
        rule_id,
        customer_id,
        ticket_id as cause_id,
        concat(
            cast(ticket_count as varchar), ' tickets within ', cast(lookback_days as varchar),
            ' days'
        ) as cause,
        opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from ticket_runs
    where
        ticket_count >= threshold
        and ticket_count_before < threshold
        and opened_at >= looks_back_to
),

reopenings as (
    select
        ticket_id,
        max(occurred_at) as reopened_at
    from ticket_events
    where event_type = 'reopened'
    group by ticket_id
),

reopened_signals as (
    select
        rules.rule_id,
        tickets.customer_id,
        tickets.ticket_id as cause_id,
        concat('Solved ticket reopened (', cast(tickets.reopen_count as varchar), '×)') as cause,
        coalesce(reopenings.reopened_at, tickets.opened_at) as opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from tickets
    inner join rules
        on rules.signal = 'reopen_count' and tickets.reopen_count >= rules.threshold
    left join reopenings on tickets.ticket_id = reopenings.ticket_id
    where
        coalesce(reopenings.reopened_at, tickets.opened_at) >= rules.looks_back_to
        and coalesce(tickets.solved_at <= reopenings.reopened_at, tickets.solved_at is null)
),

last_payments as (
    select
        customer_id,
        max(occurred_at) as last_paid_at
    from payments
    where touchpoint_id = 'invoice_payment'
    group by customer_id
),

-- Retries of one payment are one cause; where nothing tells payments apart, all since the last
-- success are.
failed_payments as (
    select
        payments.customer_id,
        coalesce(
            payments.related_id,
            'since ' || cast(last_payments.last_paid_at as varchar),
            'first'
        ) as cause_id,
        min(payments.occurred_at) as opened_at,
        count(*) as failed_payment_count
    from payments
    left join last_payments on payments.customer_id = last_payments.customer_id
    where
        payments.touchpoint_id = 'payment_failure'
        and coalesce(payments.occurred_at > last_payments.last_paid_at, true)
    group by payments.customer_id, cause_id
),

payment_signals as (
    select
        rules.rule_id,
        failed_payments.customer_id,
        failed_payments.cause_id,
        concat(
            'Payment failed (', cast(failed_payments.failed_payment_count as varchar),
            '×) and is not made good'
        ) as cause,
        failed_payments.opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from failed_payments
    inner join rules
        on
            rules.signal = 'failed_payment_count'
            and failed_payments.failed_payment_count >= rules.threshold
            and failed_payments.opened_at >= rules.looks_back_to
),

-- A risk that lasts is one cause for a quarter; its case stays open from the first day it was seen,
-- and begins when that day is over, for no forecast is known earlier.
first_high_scores as (
    select
        rules.rule_id,
        churn_scores.customer_id,
        min(churn_scores.as_of_date) as first_seen_date
    from churn_scores
    inner join rules
        on
            rules.signal = 'churn_probability'
            and coalesce(churn_scores.churn_probability_90d, churn_scores.churn_probability_180d)
            >= rules.threshold
    where churn_scores.as_of_date >= {{ dbt.date_trunc('quarter', as_of_date()) }}
    group by rules.rule_id, churn_scores.customer_id
),

churn_signals as (
    select
        rules.rule_id,
        churn_risk.customer_id,
        cast(cast({{ dbt.date_trunc('quarter', as_of_date()) }} as date) as varchar) as cause_id,
        coalesce(churn_risk.reason_1, 'High probability of leaving') as cause,
        {{ seconds_later('cast(first_high_scores.first_seen_date as timestamp)', 86399) }}
            as opened_at,
        cast(null as decimal(18, 2)) as offer_value_amount
    from churn_risk
    inner join rules
        on
            rules.signal = 'churn_probability'
            and coalesce(churn_risk.churn_probability_90d, churn_risk.churn_probability_180d)
            >= rules.threshold
    inner join segments
        on churn_risk.customer_id = segments.customer_id and segments.value_band = 'high'
    inner join first_high_scores
        on
            rules.rule_id = first_high_scores.rule_id
            and churn_risk.customer_id = first_high_scores.customer_id
),

first_propensities as (
    select
        rules.rule_id,
        upsell_scores.customer_id,
        upsell_scores.offer_id,
        min(upsell_scores.as_of_date) as first_seen_date
    from upsell_scores
    inner join rules
        on
            rules.signal = 'upsell_propensity'
            and upsell_scores.propensity_90d >= rules.threshold
    where upsell_scores.as_of_date >= {{ dbt.date_trunc('quarter', as_of_date()) }}
    group by rules.rule_id, upsell_scores.customer_id, upsell_scores.offer_id
),

upsell_signals as (
    select
        rules.rule_id,
        opportunities.customer_id,
        concat(
            opportunities.offer_id, ':',
            cast(cast({{ dbt.date_trunc('quarter', as_of_date()) }} as date) as varchar)
        ) as cause_id,
        concat(opportunities.offer_name, coalesce(concat(': ', opportunities.reason_1), ''))
            as cause,
        {{ seconds_later('cast(first_propensities.first_seen_date as timestamp)', 86399) }}
            as opened_at,
        opportunities.expected_value_amount as offer_value_amount
    from opportunities
    inner join rules
        on
            rules.signal = 'upsell_propensity'
            and opportunities.propensity_90d >= rules.threshold
    inner join first_propensities
        on
            rules.rule_id = first_propensities.rule_id
            and opportunities.customer_id = first_propensities.customer_id
            and opportunities.offer_id = first_propensities.offer_id
),

signals as (
    select * from score_signals
    union all
    select * from comment_signals
    union all
    select * from ticket_run_signals
    union all
    select * from reopened_signals
    union all
    select * from payment_signals
    union all
    select * from churn_signals
    union all
    select * from upsell_signals
)

select
    signals.rule_id,
    signals.customer_id,
    signals.cause_id,
    signals.cause,
    signals.opened_at,
    coalesce(signals.offer_value_amount, customer_values.annual_value_amount) as value_amount,
    customer_values.currency
from signals
left join customer_values on signals.customer_id = customer_values.customer_id
