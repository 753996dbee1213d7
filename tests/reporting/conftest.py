"""A small published snapshot with realistic values and hostile text, built the same way every time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

AS_OF = date(2026, 6, 30)
HOSTILE = (
    '</script><script>document.title="broken"</script>',
    '<img src=x onerror="document.title=1"> & "quotes" \'single\' <!-- <b>',
    "שירות איטי מאוד אבל הנציגה הייתה נהדרת",
    "Love it 🎉🚀 really {{ 7 * 7 }} {% raw %}",
    "line\u2028separator and \\ backslash </SCRIPT >",
)
COLUMNS = {
    "marts.fct_cx_metrics": "metric text, period_grain text, period_start date, dimension text, dimension_value text, n bigint, value double, lower double, upper double, mean_score double, is_too_few boolean, previous_value double, change double, change_p_value double, is_real_change boolean, invited bigint, completed bigint, response_rate double",
    "marts.mart_journey_funnel": "journey_id text, segment text, step_number bigint, step_name text, touchpoint_id text, instances bigint, customers bigint, share_of_start double, share_of_previous double, dropped bigint, is_significant_drop boolean, p_value double, counting_rule text",
    "marts.mart_journey_map": "journey_id text, journey_name text, segment text, step_number bigint, step_name text, touchpoint_id text, touchpoint_name text, stage_id text, instances bigint, share_of_start double, drop_off_rate double, hours_p50 double, hours_p90 double, expected_hours double, satisfaction double, satisfaction_n bigint, effort_easy_share double, effort_n bigint, positive_impact double, negative_impact double, comment_count bigint, is_make_or_break boolean, owner_team text, desired_outcome text, backstage_process text",
    "marts.mart_themes": "theme_id text, theme_name text, parent_theme_id text, comments bigint, respondents bigint, share_of_comments double, positive_share double, negative_share double, mean_polarity double, comments_last_90_days bigint, comments_previous_90_days bigint, trend_ratio double, suggested_fix text, owner_team text, example_quote text",
    "marts.mart_touchpoint_impact": "touchpoint_id text, touchpoint_name text, stage_id text, commenting_customers bigint, mention_share double, positive_mentions bigint, negative_mentions bigint, positive_intensity double, negative_intensity double, positive_impact double, positive_lower double, positive_upper double, negative_impact double, negative_lower double, negative_upper double, is_positive_peak boolean, is_negative_peak boolean, top_positive_theme text, top_negative_theme text, positive_quote text, negative_quote text, suggested_fix text",
    "marts.mart_voice_comments": "feedback_id text, occurred_at timestamp, customer_id text, touchpoint_id text, channel_id text, feedback_kind text, is_solicited boolean, sentiment text, emotional_intensity double, emotion text, language text, themes text, comment_redacted text",
    "marts.mart_customer_360": "customer_id text, customer_label text, segment text, business_model text, industry text, country text, size_band text, tenure_days bigint, is_active boolean, churned_at timestamp, mrr_amount decimal(18,2), currency text, lifetime_revenue_amount decimal(18,2), order_count bigint, last_order_at timestamp, last_nps double, last_nps_at timestamp, last_csat double, comment_count bigint, negative_comment_count bigint, last_sentiment text, last_comment_at timestamp, interaction_count_90d bigint, usage_events_30d bigint, usage_events_previous_30d bigint, active_features_90d bigint, ticket_count_90d bigint, open_ticket_count bigint, median_resolution_hours double, payment_failures_180d bigint, current_stage_id text, lifecycle_state text, rfm_segment text, churn_probability_90d double, churn_reason_1 text, best_offer_id text, best_offer_propensity double, open_case_count bigint",
    "marts.mart_customer_timeline": "customer_id text, occurred_at timestamp, sequence bigint, kind text, touchpoint_id text, channel_id text, headline text, detail text, source_name text",
    "marts.mart_churn_risk": "customer_id text, customer_label text, segment text, as_of_date date, churn_probability_30d double, churn_probability_90d double, churn_probability_180d double, expected_remaining_days double, risk_band text, risk_decile bigint, reason_1 text, reason_2 text, reason_3 text, annual_value_amount decimal(18,2), expected_loss_amount decimal(18,2), currency text, recommended_action text, model_version text, model_status text",
    "marts.mart_upsell_opportunities": "customer_id text, customer_label text, segment text, offer_id text, offer_name text, as_of_date date, propensity_90d double, is_eligible boolean, ineligible_reason text, offer_value_amount decimal(18,2), expected_value_amount decimal(18,2), currency text, days_since_last_offer bigint, reason_1 text, reason_2 text, rank_in_customer bigint, model_version text",
    "marts.mart_value_at_risk": "segment text, active_customers bigint, at_risk_customers bigint, average_customer_value_amount decimal(18,2), simple_value_at_risk_amount decimal(18,2), expected_loss_amount decimal(18,2), currency text, horizon_days bigint, threshold_probability double",
    "marts.mart_case_queue": "case_id text, rule_id text, rule_name text, kind text, customer_id text, customer_label text, segment text, team text, owner_id text, priority text, recommended_action text, cause text, opened_at timestamp, due_at timestamp, status text, value_amount decimal(18,2), currency text",
    "ml.survival_curves": "model_name text, group_name text, group_value text, duration_days double, survival double, lower double, upper double, at_risk bigint",
    "ml.hazard_ratios": "covariate text, hazard_ratio double, lower double, upper double, p_value double, n bigint, events bigint",
    "ml.model_status": "model_name text, as_of_date date, model_version text, status text, reason text, train_rows bigint, train_positives bigint, test_rows bigint, test_positives bigint, test_from date, test_to date",
    "ml.model_metrics": "model_name text, model_version text, as_of_date date, subject text, metric text, value double, lower double, upper double, n bigint, positives bigint",
    "ml.calibration": "model_name text, model_version text, bin bigint, predicted_mean double, observed_rate double, lower double, upper double, n bigint",
    "ml.feature_importance": "model_name text, model_version text, feature text, feature_label text, mean_absolute_effect double",
    "quality.load_ledger": "load_id text, source_name text, stream text, file_name text, file_bytes bigint, file_sha256 text, rows_in bigint, rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, status text, message text, received_at timestamp",
    "quality.expectation_results": "run_id text, suite_name text, table_name text, expectation text, column_name text, severity text, success boolean, observed text, element_count bigint, unexpected_count bigint, unexpected_share double, sample text, owner text, validated_at timestamp",
}  # fmt: skip
Rows = dict[str, list[dict[str, object]]]

TOUCHPOINTS = [
    ("first_login", "First login", "purchase", 0.06, 0.46, 0.31), ("data_import", "Data import", "purchase", 0.19, 0.33, 0.58),
    ("team_invite", "Team invite", "purchase", 0.04, 0.41, 0.22), ("first_report", "First report", "purchase", 0.11, 0.61, 0.30),
    ("support_contact", "Support contact", "retention", 0.16, 0.44, 0.52), ("support_reply", "Support reply", "retention", 0.14, 0.66, 0.35),
    ("support_resolution", "Support resolution", "retention", 0.09, 0.57, 0.41), ("invoice_payment", "Invoice payment", "retention", 0.21, 0.28, 0.71),
    ("product_use", "Product use", "retention", 0.33, 0.49, 0.37), ("help_article", "Help article", "retention", 0.05, 0.35, 0.39),
    ("renewal_notice", "Renewal notice", "loyalty", 0.07, 0.30, 0.44), ("in_app_error", "In-app error", "retention", 0.08, None, 0.63),
]  # fmt: skip
JOURNEYS = {
    "onboarding": ("Onboarding", [("subscription_start", "Subscription starts"), ("first_login", "First login"), ("data_import", "Data import"), ("team_invite", "Team invited"), ("first_report", "First report")], [1, 0.93, 0.58, 0.52, 0.49], 1873),
    "support": ("Support", [("support_contact", "Asks for help"), ("support_reply", "First reply"), ("support_resolution", "Solved")], [1, 0.98, 0.95], 3120),
    "renewal": ("Renewal", [("renewal_notice", "Renewal notice"), ("renewal", "Renews")], [1, 0.86], 24),
}  # fmt: skip
THEMES = [
    ("billing_errors", "Billing errors", 412, 0.06, 0.81, "Show every line of an invoice before it is charged", "The invoice was charged twice again and nobody could tell me why."),
    ("data_import", "Importing data", 388, 0.17, 0.64, "Check files before import and name the bad row", "Import kept failing at row 1,204 without saying what was wrong"),
    ("support_people", "Helpful people", 351, 0.88, 0.04, None, "Support got back within minutes, [name] was brilliant"),
    ("ease_of_use", "Ease of use", 290, 0.62, 0.21, "Fold rarely used settings away", "Simple, clean, does what it says"),
    ("speed", "Speed", 145, 0.25, 0.55, "Cache the first report", HOSTILE[1]),
    ("rare", "Training", 12, 0.5, 0.2, None, HOSTILE[2]),
]  # fmt: skip


def _metric(metric: str, grain: str, start: date | None, dimension: str, name: str, n: int, value: float, **more: object) -> dict[str, object]:
    half = (170 if metric == "NPS" else 0.9) / max(n, 1) ** 0.5
    return {
        "metric": metric, "period_grain": grain, "period_start": start, "dimension": dimension, "dimension_value": name, "n": n, "value": value,
        "lower": value - half, "upper": value + half, "is_too_few": n < 30, "invited": n * 4, "completed": n, "response_rate": 0.25, "is_real_change": False,
    } | more  # fmt: skip


def _metrics(random_: random.Random) -> list[dict[str, object]]:
    rows = []
    for metric, low, high in (("NPS", 8.0, 27.0), ("CSAT", 0.69, 0.81), ("CES", 0.61, 0.66)):
        before = None
        for month in range(24):
            start = date(2024 + (month + 6) // 12, (month + 6) % 12 + 1, 1)
            step = (high - low) * (0.1 if month < 15 else 1.0)
            value = low + step + random_.uniform(-0.05, 0.05) * (high - low) * 3
            n = 12 if month == 0 else random_.randint(80, 190)
            change = None if before is None else value - before
            rows.append(_metric(metric, "month", start, "overall", "all", n, value, change=change, change_p_value=0.004 if month == 15 else 0.4, is_real_change=month == 15, previous_value=before))
            before = value
        rows.append(_metric(metric, "quarter", date(2026, 4, 1), "overall", "all", 431, high, change=high - low, change_p_value=0.31 if metric == "CES" else 0.0007, is_real_change=metric != "CES", previous_value=low))
        rows.append(_metric(metric, "all", None, "overall", "all", 3011, (low + high) / 2))
        for dimension, names in (("segment", ("enterprise", "mid_market", "small_business", "self_serve")), ("channel", ("email", "in_app", "phone", "qr")), ("touchpoint", ("first_report", "support_resolution", "invoice_payment"))):
            for place, name in enumerate(names):
                n = 9 if name == "qr" else 640 // (place + 1)
                rows.append(_metric(metric, "all", None, dimension, name, n, high - (high - low) * 0.45 * place))
    return rows  # fmt: skip


def _journeys() -> Rows:
    found = {row[0]: row for row in TOUCHPOINTS}
    maps, funnels = [], []
    for key, (name, steps, shares, start) in JOURNEYS.items():
        for segment, weight in (("all", 1.0), ("enterprise", 0.3), ("self_serve", 0.01)):
            for number, ((touchpoint, step), share) in enumerate(zip(steps, shares, strict=True)):
                instances = round(start * weight * share)
                previous = round(start * weight * shares[max(number - 1, 0)])
                felt = found.get(touchpoint)
                common = {"journey_id": key, "segment": segment, "step_number": number, "step_name": step, "touchpoint_id": touchpoint, "instances": instances, "share_of_start": share}
                maps.append(common | {
                    "journey_name": name, "touchpoint_name": felt[1] if felt else step, "stage_id": "purchase", "drop_off_rate": 1 - instances / max(previous, 1),
                    "hours_p50": None if number == 0 else 5.5 * number**2, "hours_p90": None if number == 0 else 50.0 * number, "expected_hours": None if number == 0 else 24.0,
                    "satisfaction": 0.83 - 0.09 * number, "satisfaction_n": 18 if number == 1 else 214, "effort_easy_share": 0.71 - 0.1 * number, "effort_n": 0 if number == 0 else 188,
                    "positive_impact": felt[3] * (felt[4] or 0) * 0.5 if felt else None, "negative_impact": felt[3] * felt[5] if felt else None, "comment_count": round(felt[3] * 900) if felt else 0,
                    "is_make_or_break": touchpoint in {"data_import", "support_resolution"}, "owner_team": "Customer success", "desired_outcome": "Be up and running without asking anyone", "backstage_process": "Workspace is provisioned; billing account is opened",
                })  # fmt: skip
                funnels.append(common | {
                    "customers": round(instances * 0.97), "share_of_previous": None if number == 0 else instances / max(previous, 1), "dropped": None if number == 0 else previous - instances,
                    "is_significant_drop": touchpoint == "data_import" and segment == "all", "p_value": None if number == 0 else 0.0000004 if touchpoint == "data_import" else 0.21,
                    "counting_rule": "Instances that reach a step in declared order; open instances count as far as they got.",
                })  # fmt: skip
    return {"marts.mart_journey_map": maps, "marts.mart_journey_funnel": funnels}


def _voice() -> Rows:
    impact = []
    for key, name, stage, share, good, bad in TOUCHPOINTS:
        row: dict[str, object] = {"touchpoint_id": key, "touchpoint_name": name, "stage_id": stage, "commenting_customers": 1204, "mention_share": share, "suggested_fix": f"Give {name.lower()} an owner who answers within a day"}
        for side, intensity, part in (("positive", good, 0.5), ("negative", bad, 0.5)):
            value = None if intensity is None else share * intensity * part * 2
            row |= {
                f"{side}_mentions": 0 if value is None else round(1204 * share * part), f"{side}_intensity": intensity, f"{side}_impact": value,
                f"{side}_lower": None if value is None else value * 0.8, f"{side}_upper": None if value is None else value * 1.22, f"is_{side}_peak": value is not None and value > 0.085,
                f"top_{side}_theme": None if value is None else ("Helpful people" if side == "positive" else "Billing errors"),
                f"{side}_quote": None if value is None else (HOSTILE[0] if key == "invoice_payment" else "It took three tries, and then it simply worked."),
            }  # fmt: skip
        impact.append(row)
    themes = [
        {"theme_id": key, "theme_name": name, "comments": count, "respondents": round(count * 0.9), "share_of_comments": count / 1900, "positive_share": good, "negative_share": bad, "mean_polarity": good - bad, "comments_last_90_days": count // 6, "comments_previous_90_days": count // 8, "trend_ratio": 1.33, "suggested_fix": fix, "owner_team": "Billing", "example_quote": quote}
        for key, name, count, good, bad, fix, quote in THEMES
    ]  # fmt: skip
    texts = [*HOSTILE, *(theme[6] for theme in THEMES), "Olá, o suporte foi ótimo mas a fatura veio errada"]
    comments = [
        {"feedback_id": f"f{number:04}", "occurred_at": datetime(2026, 6, 30, 9) - timedelta(hours=7 * number), "customer_id": f"c{number % 40:03}", "touchpoint_id": TOUCHPOINTS[number % 12][0], "channel_id": ("email", "in_app", "phone")[number % 3], "feedback_kind": ("direct", "indirect")[number % 2], "is_solicited": True, "sentiment": (None, "positive", "negative", "neutral")[number % 4], "emotional_intensity": (number % 10) / 10, "emotion": ("joy", "anger", None)[number % 3], "language": "en", "themes": "Billing errors, Speed" if number % 3 else "", "comment_redacted": texts[number % len(texts)]}
        for number in range(60)
    ]  # fmt: skip
    return {"marts.mart_touchpoint_impact": impact, "marts.mart_themes": themes, "marts.mart_voice_comments": comments}


def _customers(random_: random.Random) -> Rows:
    names = ["Alder & Finch", "Brightwater Foods", "Cobalt Works", "Dune Logistics", "Evergreen Clinics", HOSTILE[1], "Fjord Media", HOSTILE[2]]
    view, timeline, risk, upsell, cases = [], [], [], [], []
    for number in range(70):
        key = f"c{number:03}"
        label = f"{names[number % 8]} {number}" if number % 3 else key
        probability = round(0.92 * (1 - number / 70) ** 2, 4)
        value = Decimal(random_.randint(900, 84_000))
        segment = ("enterprise", "mid_market", "small_business", "self_serve")[number % 4]
        who = {"customer_id": key, "customer_label": label, "segment": segment, "currency": "EUR"}
        view.append(who | {"business_model": "self_serve", "industry": "software", "country": "DE", "size_band": "11-50", "tenure_days": 30 + number * 9, "is_active": True, "mrr_amount": value / 12, "lifetime_revenue_amount": value * 2, "last_nps": float(number % 11), "last_nps_at": datetime(2026, 5, 2), "comment_count": 3, "negative_comment_count": 1, "interaction_count_90d": 18, "usage_events_30d": 1240, "usage_events_previous_30d": 1391, "ticket_count_90d": 2, "open_ticket_count": 1, "payment_failures_180d": 0, "current_stage_id": "retention", "lifecycle_state": "active", "churn_probability_90d": probability, "churn_reason_1": "Use fell by 61 % in 30 days", "open_case_count": 1})  # fmt: skip
        timeline += [who_event | {"customer_id": key, "sequence": place} for place, who_event in enumerate((
            {"occurred_at": datetime(2026, 1, 4, 8, 30), "kind": "subscription", "touchpoint_id": "subscription_start", "channel_id": "web", "headline": "Subscription started", "detail": "Team plan, 12 seats"},
            {"occurred_at": datetime(2026, 3, 9, 14, 2), "kind": "ticket", "touchpoint_id": "support_contact", "channel_id": "phone", "headline": "Ticket opened: import fails", "detail": None},
            {"occurred_at": datetime(2026, 6, 29, 23, 59) - timedelta(hours=number), "kind": "comment", "touchpoint_id": "invoice_payment", "channel_id": "email", "headline": "Comment, negative", "detail": HOSTILE[number % 5]},
        ))]  # fmt: skip
        band = "high" if probability >= 0.3 else "medium" if probability >= 0.15 else "low"
        risk.append(who | {"as_of_date": AS_OF, "churn_probability_30d": probability * 0.45, "churn_probability_90d": probability, "churn_probability_180d": min(0.99, probability * 1.3), "expected_remaining_days": 400.0, "risk_band": band, "risk_decile": 1, "reason_1": "Use fell by 61 % in 30 days", "reason_2": "2 failed payments in 180 days", "reason_3": None, "annual_value_amount": value, "expected_loss_amount": value * Decimal(str(probability)), "recommended_action": "Call the account owner this week", "model_version": "churn-3f9a", "model_status": "fitted"})  # fmt: skip
        if number % 2:
            upsell.append(who | {"offer_id": "advanced_analytics", "offer_name": "Advanced analytics", "as_of_date": AS_OF, "propensity_90d": 0.6 - number / 200, "is_eligible": number % 5 != 0, "ineligible_reason": None if number % 5 else "offered less than 90 days ago", "offer_value_amount": Decimal(2400), "expected_value_amount": Decimal(2400) * Decimal(str(round(0.6 - number / 200, 3))), "days_since_last_offer": None, "reason_1": "Builds 14 reports a week", "reason_2": None, "rank_in_customer": 1, "model_version": "upsell-11c0"})  # fmt: skip
        if number % 3 == 0:
            cases.append(who | {"case_id": f"k{number:03}", "rule_id": "low_nps", "rule_name": "Detractor", "kind": "risk" if number % 2 else "potential", "team": ("Support", "Billing")[number % 2], "owner_id": f"owner-{number % 4}", "priority": ("high", "normal")[number % 2], "recommended_action": "Call within two business days", "cause": f"NPS 2: {HOSTILE[number % 5]}", "opened_at": datetime(2026, 6, 25, 9), "due_at": datetime(2026, 6, 27, 17) + timedelta(days=number // 6), "status": "overdue" if number < 20 else "new", "value_amount": value})  # fmt: skip
    money = [{"segment": name, "active_customers": active, "at_risk_customers": few, "average_customer_value_amount": Decimal(9120), "simple_value_at_risk_amount": Decimal(9120) * few, "expected_loss_amount": Decimal(loss), "currency": "EUR", "horizon_days": 90, "threshold_probability": 0.3} for name, active, few, loss in (("all", 1602, 138, 1243890), ("enterprise", 104, 9, 611200), ("mid_market", 388, 41, 402010), ("small_business", 1110, 88, 230680))]  # fmt: skip
    return {"marts.mart_customer_360": view, "marts.mart_customer_timeline": timeline, "marts.mart_churn_risk": risk, "marts.mart_upsell_opportunities": upsell, "marts.mart_case_queue": cases, "marts.mart_value_at_risk": money}  # fmt: skip


def _forecasts() -> Rows:
    version = {"model_name": "churn", "model_version": "churn-3f9a"}
    curves = [
        {"model_name": "churn_survival", "group_name": group, "group_value": name, "duration_days": float(day), "survival": rate**day, "lower": rate**day - 0.03 * day / 720, "upper": min(1, rate**day + 0.03 * day / 720), "at_risk": 900 - day}
        for group, name, rate in (("overall", "all", 0.9991), ("segment", "enterprise", 0.9996), ("segment", "self_serve", 0.9984)) for day in range(0, 720, 4)
    ]  # fmt: skip
    hazards = [{"covariate": name, "hazard_ratio": ratio, "lower": ratio * 0.8, "upper": ratio * 1.25, "p_value": 0.0004 if ratio > 1.3 else 0.3, "n": 1602, "events": 391} for name, ratio in (("payment_failures_first_90_days", 1.92), ("onboarding_incomplete", 1.61), ("seats", 0.71), ("country_de", 1.04))]  # fmt: skip
    status = [
        version | {"as_of_date": AS_OF, "status": "fitted", "reason": None, "train_rows": 21034, "train_positives": 1311, "test_rows": 6120, "test_positives": 402, "test_from": date(2026, 1, 1), "test_to": date(2026, 3, 31)},
        {"model_name": "upsell", "model_version": None, "as_of_date": AS_OF, "status": "not_forecast", "reason": "no offer was accepted in the training period <b>at all</b>.", "train_rows": 812, "train_positives": 0, "test_rows": 0, "test_positives": 0, "test_from": None, "test_to": None},
    ]  # fmt: skip
    metrics = [version | {"as_of_date": AS_OF, "subject": subject, "metric": metric, "value": value, "lower": value - 0.02, "upper": value + 0.02, "n": 6120, "positives": 402} for metric, subject, value in (("roc_auc", "model", 0.831), ("roc_auc", "tenure_only", 0.602), ("brier", "model", 0.049), ("brier", "prevalence", 0.061), ("lift_top_decile", "model", 4.62), ("lift_top_decile", "tenure_only", 1.7))]  # fmt: skip
    bins = [version | {"bin": index, "predicted_mean": 0.02 + index * 0.05, "observed_rate": 0.024 + index * 0.047, "lower": max(0, index * 0.04), "upper": 0.06 + index * 0.06, "n": 612} for index in range(10)]  # fmt: skip
    importance = [version | {"feature": f"feature_{index}", "feature_label": f"Use in {index + 1} weeks", "mean_absolute_effect": 0.5 / (index + 1)} for index in range(15)]  # fmt: skip
    return {"ml.survival_curves": curves, "ml.hazard_ratios": hazards, "ml.model_status": status, "ml.model_metrics": metrics, "ml.calibration": bins, "ml.feature_importance": importance}


def _quality() -> Rows:
    received = datetime(2026, 7, 1, 4, 12)
    loads = [{"load_id": f"l{number}", "source_name": "demo_crm", "stream": ("accounts", "contacts")[number % 2], "file_name": f"accounts/2026-{number:02}.csv", "rows_in": 1000 + number, "rows_loaded": 990, "rows_quarantined": number, "rows_duplicate": 10, "status": "failed" if number == 3 else "loaded", "message": "header lacks account_id" if number == 3 else None, "received_at": received} for number in range(1, 8)]  # fmt: skip
    results = [{"run_id": "run-2", "suite_name": f"{table}__shape", "table_name": table, "expectation": "values not null", "column_name": "customer_id", "severity": severity, "success": success, "observed": "3 nulls", "element_count": 4120, "unexpected_count": 0 if success else 3, "unexpected_share": 0.0 if success else 3 / 4120, "owner": "Data stewards", "validated_at": received} for table, severity, success in (("core.fct_feedback", "critical", True), ("core.fct_feedback", "warning", False), ("marts.mart_churn_risk", "critical", True))]  # fmt: skip
    return {"quality.load_ledger": loads, "quality.expectation_results": results}


def _rows() -> Rows:
    random_ = random.Random(20260630)
    return {"marts.fct_cx_metrics": _metrics(random_)} | _journeys() | _voice() | _customers(random_) | _forecasts() | _quality()


def write_marts(path: Path, rows: Rows, *, without: tuple[str, ...] = ()) -> Path:
    """Write a published file with every table but those in ``without``, filled with the given rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as published")
        connection.execute("use published")
        for schema in ("marts", "ml", "quality"):
            connection.execute(f"create schema {schema}")
        for table, columns in COLUMNS.items():
            if table in without:
                continue
            connection.execute(f"create table {table} ({columns})")
            for row in rows.get(table, []):
                places = ", ".join("?" for _ in row)
                connection.execute(f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values()))
    return path


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Rows of every published table."""
    return _rows()


@pytest.fixture(scope="session")
def published(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file with data in every table."""
    return write_marts(tmp_path_factory.mktemp("published") / "marts.duckdb", rows)


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that writes a published file of one's own."""

    def build(rows: Rows, *, without: tuple[str, ...] = ()) -> Path:
        return write_marts(tmp_path_factory.mktemp("published") / "marts.duckdb", rows, without=without)

    return build
