"""Rows of the customer, forecast and quality tables of the snapshot that the tests publish."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.reporting.snapshot_voice import HOSTILE, Rows

AS_OF = date(2026, 6, 30)


def customers(random_: random.Random) -> Rows:
    names = [
        "Alder & Finch",
        "Brightwater Foods",
        "Cobalt Works",
        "Dune Logistics",
        "Evergreen Clinics",
        HOSTILE[1],
        "Fjord Media",
        HOSTILE[2],
    ]
    view, timeline, risk, upsell, cases = [], [], [], [], []
    for number in range(70):
        key = f"c{number:03}"
        label = f"{names[number % 8]} {number}" if number % 3 else key
        probability = round(0.92 * (1 - number / 70) ** 2, 4)
        value = Decimal(random_.randint(900, 84_000))
        segment = ("enterprise", "mid_market", "small_business", "self_serve")[number % 4]
        who = {"customer_id": key, "customer_label": label, "segment": segment, "currency": "EUR"}
        view.append(
            who
            | {
                "business_model": "self_serve",
                "industry": "software",
                "country": "DE",
                "size_band": "11-50",
                "tenure_days": 30 + number * 9,
                "is_active": True,
                "mrr_amount": value / 12,
                "lifetime_revenue_amount": value * 2,
                "last_nps": float(number % 11),
                "last_nps_at": datetime(2026, 5, 2),
                "comment_count": 3,
                "negative_comment_count": 1,
                "interaction_count_90d": 18,
                "usage_events_30d": 1240,
                "usage_events_previous_30d": 1391,
                "ticket_count_90d": 2,
                "open_ticket_count": 1,
                "payment_failures_180d": 0,
                "current_stage_id": "retention",
                "lifecycle_state": "active",
                "churn_probability_90d": probability,
                "churn_reason_1": "Use fell by 61 % in 30 days",
                "open_case_count": 1,
                "plan_id": "team",
                "seats": 12,
                "contract_months": 12,
                "value_band": "high",
                "recommended_action": "Call the account owner this week",
                "reopen_count_365d": 2,
                "transfer_count_365d": 1,
                "late_delivery_count_365d": 0,
                "refund_count_365d": 0,
                "latest_open_journey_id": "support",
            }
        )
        timeline += [
            who_event | {"customer_id": key, "sequence": place}
            for place, who_event in enumerate(
                (
                    {
                        "occurred_at": datetime(2026, 1, 4, 8, 30),
                        "kind": "subscription",
                        "touchpoint_id": "subscription_start",
                        "channel_id": "web",
                        "headline": "Subscription started",
                        "detail": "Team plan, 12 seats",
                    },
                    {
                        "occurred_at": datetime(2026, 3, 9, 14, 2),
                        "kind": "ticket",
                        "touchpoint_id": "support_contact",
                        "channel_id": "phone",
                        "headline": "Ticket opened: import fails",
                        "detail": None,
                    },
                    {
                        "occurred_at": datetime(2026, 6, 29, 23, 59) - timedelta(hours=number),
                        "kind": "comment",
                        "touchpoint_id": "invoice_payment",
                        "channel_id": "email",
                        "headline": "Comment, negative",
                        "detail": HOSTILE[number % 5],
                        "score": 3.0,
                        "score_metric": "NPS",
                        "sentiment": "negative",
                    },
                )
            )
        ]
        band = "high" if probability >= 0.3 else "medium" if probability >= 0.15 else "low"
        risk.append(
            who
            | {
                "as_of_date": AS_OF,
                "churn_probability_30d": probability * 0.45,
                "churn_probability_90d": probability,
                "churn_probability_180d": min(0.99, probability * 1.3),
                "expected_remaining_days": 400.0,
                "risk_band": band,
                "risk_decile": 1,
                "reason_1": "Use fell by 61 % in 30 days",
                "reason_2": "2 failed payments in 180 days",
                "reason_3": None,
                "annual_value_amount": value,
                "lifetime_value_amount": value * 2,
                "expected_loss_amount": value * Decimal(str(probability)),
                "recommended_action": "Call the account owner this week",
                "model_version": "churn-3f9a",
                "model_status": "fitted",
            }
        )
        if number % 2:
            upsell.append(
                who
                | {
                    "offer_id": "advanced_analytics",
                    "offer_name": "Advanced analytics",
                    "as_of_date": AS_OF,
                    "propensity_90d": 0.6 - number / 200,
                    "is_eligible": number % 5 != 0,
                    "ineligible_reason": None if number % 5 else "offered less than 90 days ago",
                    "offer_value_amount": Decimal(2400),
                    "expected_value_amount": Decimal(2400)
                    * Decimal(str(round(0.6 - number / 200, 3))),
                    "days_since_last_offer": None,
                    "reason_1": "Builds 14 reports a week",
                    "reason_2": None,
                    "rank_in_customer": 1,
                    "model_version": "upsell-11c0",
                }
            )
        if number % 3 == 0:
            cases.append(
                who
                | {
                    "case_id": f"k{number:03}",
                    "rule_id": "low_nps",
                    "rule_name": "Detractor",
                    "kind": "risk" if number % 2 else "potential",
                    "team": ("Support", "Billing")[number % 2],
                    "owner_id": f"owner-{number % 4}",
                    "priority": ("high", "normal")[number % 2],
                    "recommended_action": "Call within two business days",
                    "cause": f"NPS 2: {HOSTILE[number % 5]}",
                    "opened_at": datetime(2026, 6, 25, 9),
                    "due_at": datetime(2026, 6, 27, 17) + timedelta(days=number // 6),
                    "status": "overdue" if number < 20 else "new",
                    "value_amount": value,
                }
            )
    money = [
        {
            "segment": name,
            "active_customers": active,
            "at_risk_customers": few,
            "average_customer_value_amount": Decimal(9120),
            "simple_value_at_risk_amount": Decimal(9120) * few,
            "expected_loss_amount": Decimal(loss),
            "currency": "EUR",
            "horizon_days": 90,
            "threshold_probability": 0.3,
        }
        for name, active, few, loss in (
            ("all", 1602, 138, 1243890),
            ("enterprise", 104, 9, 611200),
            ("mid_market", 388, 41, 402010),
            ("small_business", 1110, 88, 230680),
        )
    ]
    return {
        "marts.mart_customer_360": view,
        "marts.mart_customer_timeline": timeline,
        "marts.mart_churn_risk": risk,
        "marts.mart_upsell_opportunities": upsell,
        "marts.mart_case_queue": cases,
        "marts.mart_value_at_risk": money,
    }


def forecasts() -> Rows:
    version = {"model_name": "churn", "model_version": "churn-3f9a"}
    curves = [
        {
            "model_name": "churn_survival",
            "group_name": group,
            "group_value": name,
            "duration_days": float(day),
            "survival": rate**day,
            "lower": rate**day - 0.03 * day / 720,
            "upper": min(1, rate**day + 0.03 * day / 720),
            "at_risk": 900 - day,
        }
        for group, name, rate in (
            ("overall", "all", 0.9991),
            ("segment", "enterprise", 0.9996),
            ("segment", "self_serve", 0.9984),
        )
        for day in range(0, 720, 4)
    ]
    hazards = [
        {
            "covariate": name,
            "hazard_ratio": ratio,
            "lower": ratio * 0.8,
            "upper": ratio * 1.25,
            "p_value": 0.0004 if ratio > 1.3 else 0.3,
            "n": 1602,
            "events": 391,
        }
        for name, ratio in (
            ("payment_failures_first_90_days", 1.92),
            ("onboarding_incomplete", 1.61),
            ("seats", 0.71),
            ("country_de", 1.04),
        )
    ]
    status = [
        version
        | {
            "as_of_date": AS_OF,
            "status": "fitted",
            "reason": None,
            "train_rows": 21034,
            "train_positives": 1311,
            "test_rows": 6120,
            "test_positives": 402,
            "test_from": date(2026, 1, 1),
            "test_to": date(2026, 3, 31),
        },
        {
            "model_name": "upsell",
            "model_version": None,
            "as_of_date": AS_OF,
            "status": "not_forecast",
            "reason": "no offer was accepted in the training period <b>at all</b>.",
            "train_rows": 812,
            "train_positives": 0,
            "test_rows": 0,
            "test_positives": 0,
            "test_from": None,
            "test_to": None,
        },
    ]
    metrics = [
        version
        | {
            "as_of_date": AS_OF,
            "subject": subject,
            "metric": metric,
            "value": value,
            "lower": value - 0.02,
            "upper": value + 0.02,
            "n": 6120,
            "positives": 402,
        }
        for metric, subject, value in (
            ("roc_auc", "model", 0.831),
            ("roc_auc", "tenure_only", 0.602),
            ("brier", "model", 0.049),
            ("brier", "prevalence", 0.061),
            ("lift_top_decile", "model", 4.62),
            ("lift_top_decile", "tenure_only", 1.7),
        )
    ]
    bins = [
        version
        | {
            "bin": index,
            "predicted_mean": 0.02 + index * 0.05,
            "observed_rate": 0.024 + index * 0.047,
            "lower": max(0, index * 0.04),
            "upper": 0.06 + index * 0.06,
            "n": 612,
        }
        for index in range(10)
    ]
    importance = [
        version
        | {
            "feature": f"feature_{index}",
            "feature_label": f"Use in {index + 1} weeks",
            "mean_absolute_effect": 0.5 / (index + 1),
        }
        for index in range(15)
    ]
    return {
        "ml.survival_curves": curves,
        "ml.hazard_ratios": hazards,
        "ml.model_status": status,
        "ml.model_metrics": metrics,
        "ml.calibration": bins,
        "ml.feature_importance": importance,
    }


def quality() -> Rows:
    received = datetime(2026, 7, 1, 4, 12)
    loads = [
        {
            "load_id": f"l{number}",
            "source_name": "demo_crm",
            "stream": ("accounts", "contacts")[number % 2],
            "file_name": f"accounts/2026-{number:02}.csv",
            "rows_in": 1000 + number,
            "rows_loaded": 990,
            "rows_quarantined": number,
            "rows_duplicate": 10,
            "status": "failed" if number == 3 else "loaded",
            "message": "header lacks account_id" if number == 3 else None,
            "received_at": received,
        }
        for number in range(1, 8)
    ]
    results = [
        {
            "run_id": "run-2",
            "suite_name": f"{table}__shape",
            "table_name": table,
            "statement": "Every row has a customer",
            "why": "Without one nobody can act",
            "column_name": "customer_id",
            "severity": severity,
            "status": status,
            "success": status == "passed",
            "observed": "3 nulls",
            "element_count": 4120,
            "unexpected_count": 0 if status == "passed" else 3,
            "unexpected_share": 0.0 if status == "passed" else 3 / 4120,
            "owner": "Data stewards",
            "waived_by": "A. Steward" if status == "waived" else None,
            "waived_until": date(2026, 7, 31) if status == "waived" else None,
            "waived_why": "The vendor <i>mends</i> it" if status == "waived" else None,
            "validated_at": received,
        }
        for table, severity, status in (
            ("core.fct_feedback", "critical", "passed"),
            ("core.fct_feedback", "warning", "failed"),
            ("core.fct_feedback", "critical", "waived"),
            ("marts.mart_churn_risk", "critical", "passed"),
        )
    ]
    grades = [
        {
            "mart_name": "mart_churn_risk",
            "as_of_date": day,
            "owner": "customer_success",
            "grade": grade,
            "is_latest": grade == "D",
            "reasons": "rules waived: 1, the first until 2026-07-31",
            "row_count": 4120,
            "rule_count": 40,
            "evaluated_count": 31,
            "oldest_stream_days": 2.0,
            "largest_quarantine_share": 0.013,
        }
        for day, grade in ((date(2026, 6, 29), "A"), (date(2026, 6, 30), "D"))
    ]
    return {
        "quality.load_ledger": loads,
        "quality.expectation_results": results,
        "marts.mart_quality_scorecard": grades,
    }
