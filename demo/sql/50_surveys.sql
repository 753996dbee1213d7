create or replace temp table survey_asks as
with asks as (
    select
        n,
        'relationship' as survey_id,
        'r' || step::varchar as ask_key,
        after_days(started_at, 45 + 115 * step + 10 * uniform(n, step, 'relationship_day'))
            as sent_at,
        null::varchar as ticket_id,
        null::int as billed_month
    from lifetimes
    cross join range(7) as rounds (step)
    union all
    select n, 'onboarding', 'o', after_days(started_at, 21 + 4 * uniform(n, 'onboarding_day')),
        null, null
    from lifetimes
    union all
    select n, 'product', 'p' || step::varchar,
        after_days(started_at, 80 + 165 * step + 12 * uniform(n, step, 'product_day')), null, null
    from lifetimes
    cross join range(5) as rounds (step)
    union all
    select n, 'support', 's' || ticket_key,
        after_hours(solved_at, 2 + 24 * uniform(n, ticket_key, 'support_ask')), ticket_id, null
    from tickets
    where solved_at is not null and uniform(n, ticket_key, 'support_asked') < 0.55
    union all
    select n, 'billing', 'b' || month_index::varchar,
        after_days(issued_at, 2 + 2 * uniform(n, month_index, 'billing_day')), null,
            month_index::int
    from billed_invoices
    where uniform(n, month_index, 'billing_asked') < 0.13
)

select
    asks.*,
    'inv-' || (n + 1)::varchar || '-' || ask_key as invitation_id,
    date_diff('month', history_start(), date_trunc('month', sent_at)) as month_index
from asks
join lifetimes using (n)
where is_customer_at(sent_at, started_at, churned_at, returned_at);

create or replace temp table survey_sends as
with moods as (
    select
        survey_asks.*,
        mood,
        logistic(
            {{ truths.surveys.response_base }}
            + {{ truths.surveys.response_mood_distance }} * least(abs(mood), 2.5)
            + {{ truths.surveys.response_unhappy }} * (mood < -0.5)::int
        ) as response_probability,
        uniform(n, ask_key, 'bounce') < {{ truths.surveys.bounce_probability }} as is_bounced,
        uniform(n, ask_key, 'answer') as answer_draw,
        after_hours(sent_at, 0.1 + 24 * {{ truths.surveys.pick_up_days }}
            * uniform(n, ask_key, 'pick_up') ^ 3) as opened_draw
    from survey_asks
    join states_before using (n, month_index)
)

select
    *,
    not is_bounced and answer_draw < response_probability
    and opened_draw + interval 15 minute < history_end() as is_completed,
    not is_bounced and answer_draw < response_probability + 0.06 and opened_draw < history_end()
        as is_started,
    not is_bounced and answer_draw < response_probability + 0.35 and opened_draw < history_end()
        as is_opened,
    opened_draw + to_seconds(60 + floor(500 * uniform(n, ask_key, 'minutes'))::bigint)
        as completed_draw
from moods;

create or replace temp table survey_invitations as
select
    invitation_id,
    survey_id as survey,
    email as recipient,
    case when survey_id = 'product' then 'in_app' when survey_id = 'billing' then 'sms' else 'email'
        end as channel,
    written_in('America/New_York', sent_at) as sent,
    case when not is_bounced
        then written_in('America/New_York', least(sent_at + interval 20 second, opened_draw)) end
            as delivered,
    case when is_opened then written_in('America/New_York', opened_draw) end as opened,
    case when is_started then written_in('America/New_York', opened_draw + interval 10 second) end
        as started,
    case when is_completed then written_in('America/New_York', completed_draw) end as completed,
    case when is_bounced then 1 else 0 end as bounced
from survey_sends
join customers using (n);

create or replace temp table survey_scores as
with facts as (
    select
        survey_sends.*,
        is_slow,
        is_transferred,
        is_reopened,
        has_unexpected_charge,
        has_payment_failure,
        -- An unanswered step is one not reached when the survey is filled in.
        coalesce(report_at < completed_draw, false) as has_report,
        coalesce(import_at < completed_draw, false) as has_import
    from survey_sends
    left join tickets using (n, ticket_id)
    left join billed_invoices
        on billed_invoices.n = survey_sends.n
            and billed_invoices.month_index = survey_sends.billed_month
    join onboarding on onboarding.n = survey_sends.n
    where is_completed
),

questions as (
    select
        *,
        unnest(case survey_id
            when 'relationship' then [{'question_id': 'nps', 'expected': 7.6 + 1.7 * mood,
                'spread': 1.1, 'low': 0, 'high': 10}]
            when 'onboarding' then [
                {'question_id': 'csat', 'expected': case when has_report then 4.55 else 2.6 end
                    + 0.3 * mood, 'spread': 0.6, 'low': 1, 'high': 5},
                {'question_id': 'ces', 'expected': case when has_import then 5.4 else 2.4 end + 0.3
                    * mood, 'spread': 0.9, 'low': 1, 'high': 7}
            ]
            when 'support' then [
                {'question_id': 'csat', 'expected': 4.2 + 0.35 * mood
                    + {{ truths.support.slow_points }} * is_slow::int
                    + {{ truths.support.transfer_points }} * is_transferred::int
                    + {{ truths.support.reopen_points }} * is_reopened::int, 'spread': 0.6,
                        'low': 1, 'high': 5},
                {'question_id': 'ces', 'expected': 5.6 + 0.4 * mood
                    - 1.2 * is_slow::int - 1.3 * is_transferred::int - 1.5 * is_reopened::int,
                        'spread': 0.9, 'low': 1, 'high': 7}
            ]
            when 'billing' then [{'question_id': 'csat', 'expected': 3.9 + 0.35 * mood
                - 2.4 * has_unexpected_charge::int - 1.2 * has_payment_failure::int, 'spread': 0.6,
                    'low': 1, 'high': 5}]
            else [
                {'question_id': 'psat', 'expected': 5.3 + 0.9 * mood, 'spread': 0.8, 'low': 1,
                    'high': 7},
                {'question_id': 'osat', 'expected': {{ truths.surveys.overall_base }}
                    + {{ truths.surveys.overall_mood_points }} * mood, 'spread': 0.7, 'low': 1,
                        'high': 5}
            ]
        end, recursive := true)
    from facts
)

select
    *,
    clamp(round(expected + spread * gaussian(n, invitation_id, question_id)), low, high)::int
        as score
from questions;

-- What each comment is about, and how it feels. The experience decides, then chance.
create or replace temp table comment_moods as
with written as (
    select
        n,
        invitation_id as comment_key,
        survey_id as written_in,
        completed_draw as occurred_at,
        month_index,
        mood,
        arg_min(score, question_id = 'ces') as score,
        min(high) filter (where question_id != 'ces') as high,
        any_value(has_unexpected_charge) as billed_unexpectedly,
        any_value(has_payment_failure) as failed_to_pay,
        any_value(is_slow) as was_slow,
        any_value(is_transferred) as was_transferred,
        any_value(is_reopened) as was_reopened,
        any_value(has_report) as has_report,
        any_value(has_import) as has_import
    from survey_scores
    where uniform(n, invitation_id, 'comment') < {{ truths.surveys.comment_probability }}
    group by all
    union all
    select
        n,
        'rv' || (n + 1)::varchar || '.' || month_index::varchar,
        'review',
        after_seconds(span_from, (0.02 + 0.96 * uniform(n, month_index, 'review_at'))
            * epoch(span_to - span_from)),
        month_index,
        states_before.mood,
        clamp(round(3.4 + 0.9 * states_before.mood + 0.6 * gaussian(n, month_index, 'rating')), 1,
            5)::int,
        5,
        null, null, null, null, null, report_at < span_from, import_at < span_from
    from spans
    join onboarding using (n)
    join states_before using (n, month_index)
    where spans.tenure_months > 0 and span_from >= spans.month_start
        and uniform(n, month_index, 'review') < {{ truths.comments.review_probability }}
            * (1 + least(abs(states_before.mood), 3))
    qualify row_number() over (partition by n, month_index order by span_from) = 1
)

select
    written.*,
    score::double / high as relative_score,
    coalesce(unexpected_charge, 0) as unexpected_charge,
    coalesce(payment_failure, 0) as payment_failure,
    coalesce(bad_ticket, 0) as bad_ticket,
    uniform(written.n, comment_key, 'polarity') as polarity_draw,
    uniform(written.n, comment_key, 'theme') as theme_draw,
    tenure_months
from written
join states_before using (n, month_index);

create or replace temp table comment_asks as
with felt as (
    select
        *,
        case
            when relative_score >= 0.85 then case when polarity_draw < 0.90 then 'positive'
                else 'mixed' end
            when relative_score >= 0.65 then case
                when polarity_draw < 0.35 then 'positive' when polarity_draw < 0.70 then 'mixed'
                    else 'neutral' end
            else case when polarity_draw < 0.88 then 'negative' else 'mixed' end
        end as feeling
    from comment_moods
),

blamed as (
    select
        *,
        case
            when written_in = 'billing' and billed_unexpectedly then 'unexpected_charge'
            when written_in = 'billing' and failed_to_pay then 'payment_failure'
            when written_in = 'billing' then pick(['price', 'unexpected_charge'], theme_draw)
            when written_in = 'support' and was_transferred then 'support_transfer'
            when written_in = 'support' and was_reopened then 'support_unsolved'
            when written_in = 'support' then 'support_slow'
            when written_in = 'onboarding' and not has_import then 'data_import'
            when written_in = 'onboarding' then pick(['data_import', 'ease_of_use'], theme_draw)
            when unexpected_charge >= 0.3 then 'unexpected_charge'
            when payment_failure >= 0.5 then 'payment_failure'
            when bad_ticket >= 0.5
                then pick(['support_slow', 'support_transfer', 'support_unsolved'], theme_draw)
            when not has_import and tenure_months < 4 then 'data_import'
            else pick(['performance', 'bugs', 'ease_of_use', 'price', 'integration', 'reports'],
                theme_draw)
        end as pain,
        case
            when written_in = 'billing' then 'billing'
            when written_in = 'support' then 'support'
            when written_in = 'onboarding' and has_report
                then pick(['first_report', 'first_report', 'first_report', 'onboarding_call'],
                    theme_draw)
            when has_report and tenure_months < 10 and theme_draw < 0.7 then 'first_report'
            else pick(
                ['first_report', 'reports', 'support', 'ease_of_use', 'integration', 'performance',
                    'onboarding_call'],
                uniform(n, comment_key, 'joy')
            )
        end as joy
    from felt
)

select
    n,
    comment_key,
    written_in,
    occurred_at,
    score,
    feeling,
    pain,
    joy
from blamed
union all
select
    n,
    'ct-' || ticket_key,
    'chat',
    opened_at + interval 1 minute,
    null,
    case
        when reason in ('unexpected_charge', 'bug', 'import_help', 'payment_problem')
            then 'negative'
        when uniform(n, ticket_key, 'chat_feeling') < 0.35 then 'negative'
        else 'question'
    end,
    case reason
        when 'unexpected_charge' then 'unexpected_charge' when 'payment_problem'
            then 'payment_failure'
        when 'import_help' then 'data_import' when 'bug' then 'bugs' when 'performance'
            then 'performance'
        when 'integration' then 'integration' when 'how_to' then 'reports' else 'ease_of_use'
    end,
    'support'
from tickets
where channel_id = 'chat' and uniform(n, ticket_key, 'transcript')
    < {{ truths.comments.chat_transcript_probability }};
