"""What `demo.truths` states is found again in the files, recomputed without the generator."""

from __future__ import annotations

import math
from datetime import date, timedelta

import duckdb
import pytest

from demo.attainable import attainable_churn_forecast
from demo.truths import TRUTHS, Billing, History
from tests.demo.conftest import CUSTOMERS, Company

# Wide enough for a company of 400: a true statement fails once in about 15,000 draws.
STANDARD_ERRORS = 4.0


def row(files: duckdb.DuckDBPyConnection, query: str) -> tuple:
    found = files.sql(query).fetchone()
    assert found is not None
    return found


def assert_share(found: float, trials: int, stated: float) -> None:
    margin = STANDARD_ERRORS * math.sqrt(stated * (1 - stated) / trials)
    assert found == pytest.approx(stated, abs=margin), f"{found:.3f} of {trials}, stated {stated}"


STARTED = """
    (select customer, min(changed::timestamptz)::timestamp as started_at
     from billing_subscription_changes where change_type = 'started' group by customer)
"""
REACHED = """
    (select workspace as customer,
        bool_or(event = 'workspace_first_login') as has_login,
        bool_or(event = 'import_completed') as has_import,
        bool_or(event = 'teammate_invited') as has_invite,
        bool_or(event = 'first_report_published') as has_report
     from product_users join product_events using (user_id) group by workspace)
"""


@pytest.mark.parametrize(
    ("fixed", "stated"),
    [
        (False, TRUTHS.onboarding.data_import_loss_before_probability),
        (True, TRUTHS.onboarding.data_import_loss_after_probability),
    ],
)
def test_data_import_loses_the_stated_share_when_before_or_after_the_fix(
    files: duckdb.DuckDBPyConnection, fixed: bool, stated: float
) -> None:
    lost, trials = row(
        files,
        f"""select avg((not has_import)::int), count(*)
        from {STARTED} join {REACHED} using (customer)
        where has_login and started_at < timestamp '2026-06-15'
            and (started_at >= timestamp '{TRUTHS.onboarding.fixed_on}') = {fixed}""",
    )

    assert trials > 50
    assert_share(lost, trials, stated)


def test_other_onboarding_steps_lose_few(files: duckdb.DuckDBPyConnection) -> None:
    invite, report = row(
        files,
        f"""select avg((not has_invite)::int) filter (where has_import),
            avg((not has_report)::int) filter (where has_invite)
        from {STARTED} join {REACHED} using (customer) where started_at < timestamp '2026-06-01'""",
    )

    worst_stated = TRUTHS.onboarding.data_import_loss_after_probability
    assert 0 < invite < worst_stated
    assert 0 < report < worst_stated


def test_yearly_churn_lies_in_the_stated_band(files: duckdb.DuckDBPyConnection) -> None:
    churned, years = row(
        files,
        """select count(*) filter (where ended_at is not null),
            sum(epoch(coalesce(ended_at, timestamp '2026-07-01') - started_at)) / 86400 / 365.25
        from (select customer,
            min(happened_at) filter (where change_type = 'started') as started_at,
            min(happened_at) filter (where change_type = 'ended') as ended_at
            from (
                select *, changed::timestamptz::timestamp as happened_at
                from billing_subscription_changes
            )
            where change_type in ('started', 'ended') group by all)
        where started_at is not null""",
    )
    lost_a_year = 1 - math.exp(-churned / years)
    error = STANDARD_ERRORS * math.sqrt(churned) / years

    assert lost_a_year > TRUTHS.churn.yearly_churn_low - error
    assert lost_a_year < TRUTHS.churn.yearly_churn_high + error


def test_true_probability_is_the_stated_function_of_the_measures(
    files: duckdb.DuckDBPyConnection,
) -> None:
    churn = TRUTHS.churn
    rows = files.sql(
        """select usage_decline, payment_failure, unexpected_charge, bad_ticket, mood,
            onboarding_unfinished, tenure_months, is_renewal_due, segment, churn_probability_30d
        from truth_churn_hazards"""
    ).fetchall()
    segments = {"small_business": churn.small_business, "enterprise": churn.enterprise}
    for decline, payment, charge, ticket, mood, unfinished, tenure, due, segment, stated in rows:
        log_odds = (
            churn.intercept
            + churn.usage_decline * decline
            + churn.payment_failure * payment
            + churn.unexpected_charge * charge
            + churn.bad_ticket * ticket
            + churn.low_mood * min(max(-mood, -2), 3)
            + churn.onboarding_unfinished * unfinished
            + churn.log_tenure * math.log(1 + tenure)
            + churn.renewal_due * due
            + segments.get(segment, 0)
        )
        assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(stated, abs=1e-7)
    assert len(rows) > 10 * CUSTOMERS / 2


def test_as_many_leave_as_the_true_probabilities_say(files: duckdb.DuckDBPyConnection) -> None:
    left, expected, variance = row(
        files,
        """select sum(has_churned::int), sum(churn_probability_month),
            sum(churn_probability_month * (1 - churn_probability_month))
        from truth_churn_hazards""",
    )

    assert left == pytest.approx(expected, abs=STANDARD_ERRORS * math.sqrt(variance))


@pytest.mark.parametrize(
    ("measure", "query"),
    [
        (
            "failed payments",
            """select customer, created::timestamptz::timestamp as happened_at
            from billing_events where type = 'invoice.payment_failed'""",
        ),
        (
            "fees",
            """select customer, created::timestamptz::timestamp as happened_at
            from billing_events where outcome = 'unexpected_fee' and type = 'invoice.finalized'""",
        ),
    ],
)
def test_leavers_show_it_before_they_leave_when_it_drives_churn(
    files: duckdb.DuckDBPyConnection, measure: str, query: str
) -> None:
    before_leaving, usual = row(
        files,
        f"""with happened as ({query}),
        leaving as (
            select customer, min(changed::timestamptz)::timestamp as left_at
            from billing_subscription_changes where change_type = 'cancelled' group by customer
        )
        select
            (select count(*) from happened join leaving using (customer)
             where happened_at < left_at and happened_at >= left_at - interval 90 day)
            / (select count(*) from leaving)::double,
            (select count(*) from happened) / (
                select count(*) from billing_invoices where created < '2027'
            )::double * 3""",
    )

    assert before_leaving > 1.3 * usual, f"{measure}: {before_leaving:.2f} against {usual:.2f}"


def test_attainable_forecast_ranks_well_and_not_perfectly(company: Company) -> None:
    fits = [
        attainable_churn_forecast(company.truth, as_of=date(2025, month, 1) - timedelta(days=1))
        for month in (4, 7, 10)
    ]
    churned = sum(fit.churned for fit in fits)
    ranking = sum(fit.roc_auc * fit.churned for fit in fits) / churned

    assert churned >= 20
    assert 0.70 < ranking < 0.92
    assert all(0 < fit.brier < 0.12 for fit in fits)


def test_attainable_forecast_is_refused_when_nobody_can_have_left(company: Company) -> None:
    with pytest.raises(ValueError, match="horizon_days is 60; it is one of 30, 90"):
        attainable_churn_forecast(company.truth, as_of=date(2025, 6, 30), horizon_days=60)
    with pytest.raises(ValueError, match="0 of 0 customers left"):
        attainable_churn_forecast(company.truth, as_of=date(2020, 1, 31))


@pytest.mark.parametrize("is_ready", [True, False])
def test_offers_are_accepted_as_readiness_says(
    files: duckdb.DuckDBPyConnection, is_ready: bool
) -> None:
    accepted, trials = row(
        files,
        f"""select avg((accepted = 'yes')::int), count(*) from crm_offers
        join truth_offers using (offer_event_id, offer_id)
        where accepted in ('yes', 'no') and is_ready = {is_ready}""",
    )
    offers = TRUTHS.offers

    assert_share(
        accepted,
        trials,
        offers.ready_accept_probability if is_ready else offers.unready_accept_probability,
    )


def test_heavy_reporters_are_visible_in_use_when_ready_for_analytics(
    files: duckdb.DuckDBPyConnection,
) -> None:
    heavy, others = row(
        files,
        """select
            avg(share) filter (where is_heavy_reporter),
            avg(share) filter (where not is_heavy_reporter)
        from (select workspace as billing_customer_id, avg((event = 'report_built')::int) as share
            from product_users join product_events using (user_id) group by all)
        join truth_customers using (billing_customer_id)
        where report_at < timestamp '2026-03-01'""",
    )

    assert heavy > 0.35
    assert others < 0.20


def test_unhappy_and_delighted_answer_more_than_the_indifferent(
    files: duckdb.DuckDBPyConnection,
) -> None:
    rates = dict(
        files.sql(
            """select
                case
                    when mood < -1 then 'unhappy' when mood > 1.2 then 'delighted'
                    else 'indifferent'
                end,
                avg((completed is not null)::int)
            from survey_invitations join truth_invitations using (invitation_id)
            where mood < -1 or mood > 1.2 or abs(mood) < 0.5 group by all"""
        ).fetchall()
    )

    assert rates["unhappy"] > rates["delighted"] > 1.3 * rates["indifferent"]


def test_a_quarter_answers(files: duckdb.DuckDBPyConnection) -> None:
    (rate,) = row(
        files,
        "select avg((completed is not null)::int) from survey_invitations where bounced = '0'",
    )

    assert 0.18 < rate < 0.32


def test_transfers_and_reopens_lower_satisfaction(files: duckdb.DuckDBPyConnection) -> None:
    smooth, transferred, reopened = row(
        files,
        """with scored as (
            select score::double as score, transfers, reopens
            from survey_responses
            join helpdesk_tickets as tickets
                on 'T-' || regexp_extract(invitation_id, '-s(.*)$', 1) = tickets.id
            where survey = 'support' and question = 'csat' and try_cast(score as double) <= 5
        )
        select avg(score) filter (where transfers = 0 and reopens = 0),
            avg(score) filter (where transfers > 0), avg(score) filter (where reopens > 0)
        from scored""",
    )
    support = TRUTHS.support

    assert transferred - smooth < support.transfer_points / 2
    assert reopened - smooth < support.reopen_points / 2


def test_strong_words_gather_at_the_stated_peaks(files: duckdb.DuckDBPyConnection) -> None:
    lows, highs = (
        files.sql(
            f"""select theme, count(distinct account_id) * avg(is_strong::int) as weight
            from truth_comments where feeling = '{feeling}' group by theme order by weight desc"""
        ).fetchall()
        for feeling in ("negative", "positive")
    )

    assert lows[0][0] == TRUTHS.emotion.low_theme
    assert lows[0][1] > 1.5 * lows[1][1]
    assert highs[0][0] == TRUTHS.emotion.high_theme
    assert highs[0][1] > 1.5 * highs[1][1]


def test_truth_is_refused_when_it_is_no_probability() -> None:
    with pytest.raises(ValueError, match=r"Billing.complaint_probability is 1.5"):
        Billing(complaint_probability=1.5)
    with pytest.raises(ValueError, match="before it begins"):
        History(last_day=date(2020, 1, 1))


def test_the_overall_question_is_asked_beside_the_product_and_moves_with_it(
    files: duckdb.DuckDBPyConnection,
) -> None:
    product, overall, correlation, mean = row(
        files,
        """with scores as (
            select response_id, question, max(try_cast(score as double)) as score
            from survey_responses
            where survey = 'product' and question in ('psat', 'osat') group by all
        )
        select count(*) filter (where question = 'psat'), count(*) filter (where question = 'osat'),
            (select corr(one.score, other.score) from scores as one
                join scores as other using (response_id)
                where one.question = 'psat' and other.question = 'osat'),
            avg(score) filter (where question = 'osat') from scores""",
    )
    # Planted dirt loses a line here and there.
    assert overall == pytest.approx(product, rel=0.03)
    # Both hang on the mood; each has a spread of its own.
    assert correlation > 0.25
    # Mood is 0 in the middle; the ends of the scale cut off a little.
    assert mean == pytest.approx(TRUTHS.surveys.overall_base, abs=0.3)
