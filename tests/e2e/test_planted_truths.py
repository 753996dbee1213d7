"""What was planted in the demo company is found again in the marts and the forecasts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from demo.attainable import attainable_churn_forecast
from demo.truths import TRUTHS
from tests.e2e.conftest import FinishedRun

pytestmark = pytest.mark.e2e


def test_the_emotional_low_and_its_reason_are_found(demo_run: FinishedRun) -> None:
    touchpoint, theme = demo_run.rows(
        "select touchpoint_id, top_negative_theme from mart_touchpoint_impact "
        "order by negative_impact desc limit 1"
    )[0]
    assert touchpoint == TRUTHS.emotion.low_touchpoint
    assert "charge" in theme.lower()


def test_the_emotional_low_and_high_are_peaks_beyond_doubt(demo_run: FinishedRun) -> None:
    peaks = demo_run.rows(
        "select touchpoint_id, is_negative_peak, is_positive_peak from mart_touchpoint_impact"
    )
    assert TRUTHS.emotion.low_touchpoint in {name for name, negative, _ in peaks if negative}
    assert TRUTHS.emotion.high_touchpoint in {name for name, _, positive in peaks if positive}


def test_the_step_that_loses_people_is_found(demo_run: FinishedRun) -> None:
    worst = demo_run.rows(
        "select touchpoint_id, is_significant_drop from mart_journey_funnel "
        "where journey_id = 'onboarding' and segment = 'all' and period_grain = 'all' "
        "and step_number > 0 "
        "order by share_of_previous limit 1"
    )
    assert worst == [(TRUTHS.onboarding.losing_step, True)]


def test_the_fix_shows_when_cohorts_before_and_after_it_are_compared(demo_run: FinishedRun) -> None:
    losses = dict(
        demo_run.rows(
            f"""
            with instances as (
                select
                    journeys.started_at >= timestamp '{TRUTHS.onboarding.fixed_on}' as is_after,
                    max(steps.touchpoint_id = 'first_login')::int as logged_in,
                    max(steps.touchpoint_id = 'data_import')::int as imported
                from fct_journeys as journeys
                inner join fct_journey_steps as steps using (journey_instance_id)
                where journeys.journey_id = 'onboarding' and journeys.outcome <> 'open'
                group by journeys.journey_instance_id, is_after
            )

            select is_after, 1 - avg(imported) from instances where logged_in = 1 group by is_after
            """
        )
    )
    effect = losses[False] - losses[True]
    assert effect == pytest.approx(TRUTHS.onboarding.fix_effect, abs=0.12)


def test_the_effect_of_the_fix_lies_within_its_interval(demo_run: FinishedRun) -> None:
    ((status, lower, upper, is_significant),) = demo_run.rows(
        "select status, effect_lower, effect_upper, is_significant from mart_action_effects "
        "where action_id = 'guided_import'"
    )
    assert status == "measured"
    assert is_significant
    assert lower < TRUTHS.onboarding.fix_effect < upper


def test_churn_is_ranked_far_better_than_naively_and_not_better_than_possible(
    demo_run: FinishedRun,
) -> None:
    scores = {
        subject: (value, lower, upper)
        for subject, value, lower, upper in demo_run.rows(
            "select subject, value, lower, upper from ml.model_metrics "
            "where model_name = 'churn' and metric = 'roc_auc'"
        )
    }
    attainable = attainable_churn_forecast(
        demo_run.home / "truth",
        as_of=TRUTHS.history.last_day - timedelta(days=121),
        horizon_days=90,
    )
    model, lower, _ = scores["model"]
    assert lower > 0.5
    assert model > max(scores["tenure_only"][0], scores["rfm_only"][0]) + 0.05
    # Sampling noise apart, nobody can beat the planted chances without having seen the future.
    assert model < attainable.roc_auc + 0.08


def test_customers_at_high_risk_are_those_with_high_planted_chances(demo_run: FinishedRun) -> None:
    truth = demo_run.home / "truth" / "churn_hazards_*.parquet"
    customers = demo_run.home / "truth" / "customers_*.parquet"
    correlation = demo_run.warehouse_rows(
        f"""
        select corr(scores.churn_probability_30d, truth.churn_probability_30d)
        from ml.churn_scores as scores
        inner join core.int_customer_identities as identities
            on scores.customer_id = identities.customer_id
                and identities.identity_type = 'crm_account_id'
        inner join read_parquet('{truth}') as truth
            on identities.identity_value = truth.account_id
        inner join read_parquet('{customers}') as customers
            on truth.account_id = customers.account_id
        where truth.month_start_date = date '2026-06-01'
        """
    )
    # Chances are very uneven, so a model that ranks well still correlates loosely with them.
    assert correlation[0][0] > 0.2


def test_customers_ready_for_an_offer_have_higher_propensities(demo_run: FinishedRun) -> None:
    truth = demo_run.home / "truth" / "offers_*.parquet"
    means = dict(
        demo_run.warehouse_rows(
            f"""
            with latest as (
                select account_id, offer_id, arg_max(is_ready, offered_at) as is_ready
                from read_parquet('{truth}')
                group by all
            )

            select latest.is_ready, avg(scores.propensity_90d)
            from ml.upsell_scores as scores
            inner join core.int_customer_identities as identities
                on scores.customer_id = identities.customer_id
                    and identities.identity_type = 'crm_account_id'
            inner join latest
                on identities.identity_value = latest.account_id
                    and scores.offer_id = latest.offer_id
            group by latest.is_ready
            """
        )
    )
    assert means[True] > 1.5 * means[False]


def test_answering_depends_on_mood_as_planted(demo_run: FinishedRun) -> None:
    invitations = demo_run.home / "truth" / "invitations_*.parquet"
    rates = dict(
        demo_run.warehouse_rows(
            f"""
            select
                case when mood < -1 then 'unhappy' when mood < 1 then 'middling' else 'happy' end,
                avg((invitations.completed_at is not null)::int)
            from read_parquet('{invitations}') as truth
            inner join core.fct_survey_invitations as invitations
                on invitations.invitation_id = 'demo_survey:' || truth.invitation_id
            group by 1
            """
        )
    )
    assert rates["unhappy"] > rates["happy"] > rates["middling"]
