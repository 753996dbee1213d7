"""Rows of the service and money marts of the snapshot that the tests publish."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.reporting.snapshot_voice import Rows

_WHOLE: dict[str, object] = {"period_grain": "all"}
_YEAR: dict[str, object] = {
    "period_grain": "twelve_months",
    "period_start": date(2025, 7, 1),
    "period_end": date(2026, 6, 30),
    "is_complete": True,
    "currency": "EUR",
}


def service() -> Rows:
    """Return rows of the six service marts."""
    performance = [
        _WHOLE
        | {
            "dimension": dimension,
            "dimension_value": value,
            "tickets": tickets,
            "is_too_few": tickets < 30,
            "first_reply_hours_p50": 1.5,
            "first_reply_hours_p90": 11.0,
            "resolution_hours_p50": 22.0,
            "resolution_hours_p90": 180.0,
            "touch_n": tickets,
            "one_touch_share": 0.61,
            "csat_n": tickets // 4,
            "csat": 0.7,
        }
        for dimension, value, tickets in (
            ("all", "all", 400),
            ("team", "billing", 80),
            ("agent", "agent-7", 40),
        )
    ]
    backlog = [
        {
            "calendar_date": date(2026, 6, 1) + timedelta(days=day),
            "team": team,
            "opened": 12,
            "reopened": 1,
            "solved": 11,
            "open_at_end": 60 + 2 * day,
            "age_days_p50": 3.5,
        }
        for team in ("all", "billing")
        for day in range(30)
    ]
    demand = [
        _WHOLE
        | {
            "segment": "all",
            "reason": "all",
            "proxy_id": key,
            "proxy_name": name,
            "rule": rule,
            "contacts": contacts,
            "share_of_contacts": contacts / 400,
            "share_lower": contacts / 400 - 0.03,
            "share_upper": contacts / 400 + 0.03,
            "is_too_few": False,
            "cost_amount": Decimal(contacts) * 5,
            "currency": "EUR",
        }
        for key, name, rule, contacts in (
            ("failure_demand", "Failure demand", "Contacts that a sign claims", 100),
            ("value_demand", "Value demand", "Contacts that no sign claims", 300),
        )
    ]
    help_ = _WHOLE | {
        "segment": "all",
        "page": "all",
        "attempts": 90,
        "succeeded": 60,
        "failed": 25,
        "undecided": 5,
        "success_rate": 60 / 85,
        "success_lower": 0.6,
        "success_upper": 0.79,
        "is_too_few": False,
        "failure_cost_amount": Decimal(125),
        "currency": "EUR",
    }
    cost = {
        "cost_level": "all",
        "level_value": "all",
        "channel_id": "all",
        "contacts": 400,
        "share_of_contacts": 1.0,
        "cost_amount": Decimal(2000),
        "share_of_cost": 1.0,
        "contacting_customers": 150,
        "cost_per_customer_amount": Decimal("4.50"),
        "currency": "EUR",
    }
    switching = {
        "segment": "all",
        "change_kind": "team",
        "from_value": "any",
        "to_value": "any",
        "changes": 70,
        "chains": 66,
        "share_of_chains": 0.17,
        "share_lower": 0.14,
        "share_upper": 0.2,
        "is_too_few": False,
        "rated": 45,
        "satisfied_share": 0.2,
        "unchanged_rated": 237,
        "unchanged_satisfied_share": 0.62,
        "is_satisfaction_different": True,
        "hours_p50": 46.0,
        "unchanged_hours_p50": 19.0,
    }
    return {
        "marts.mart_service_performance": performance,
        "marts.mart_service_backlog": backlog,
        "marts.mart_failure_demand": demand,
        "marts.mart_self_service": [help_],
        "marts.mart_cost_to_serve": [cost],
        "marts.mart_channel_switching": [switching],
    }


def money() -> Rows:
    """Return rows of the three money marts."""
    retention = [
        _YEAR
        | {
            "segment": segment,
            "churn_basis": "contractual",
            "customers_at_start": customers,
            "new_customers": 20,
            "lost_customers": 10,
            "customers_at_end": customers + 10,
            "churn_rate": 10 / customers,
            "churn_rate_lower": 0.05,
            "churn_rate_upper": 0.18,
            "has_enough_customers": customers >= 30,
            "start_mrr_amount": Decimal(110_000),
            "new_mrr_amount": Decimal(72_000),
            "reactivated_mrr_amount": Decimal(500),
            "expansion_mrr_amount": Decimal(5_500),
            "contraction_mrr_amount": Decimal(3_000),
            "lost_mrr_amount": Decimal(20_000),
            "end_mrr_amount": Decimal(165_000),
            "gross_revenue_retention_rate": 0.7909,
            "net_revenue_retention_rate": 0.8409,
            "arpu_amount": Decimal(385),
        }
        for segment, customers in (("all", 100), ("tiny", 12))
    ]
    acquisition = [
        _YEAR
        | {
            "marketing_channel": channel,
            "spend_amount": Decimal(spend),
            "visitors": 1000,
            "visitor_conversion_rate": 0.04,
            "trials": 80,
            "trial_conversion_rate": 0.5,
            "credited_customers": credit,
            "cac_amount": Decimal(spend) / Decimal(credit) if credit else None,
            "payback_months": 7.5 if credit else None,
            "cac_status": "ok" if credit else "spend without customers",
            "attribution": "by place on the path",
        }
        for channel, spend, credit in (("all", 9000, 40), ("events", 1000, 0))
    ]
    repurchase = [
        {
            "dimension": "all",
            "dimension_value": "all",
            "gap_count": 300,
            "observed_gap_count": 200,
            "open_gap_count": 100,
            "quartile_1_days": 21,
            "median_days": 49,
            "median_days_lower": 44,
            "median_days_upper": 56,
            "median_status": "ok",
            "stated_days": 60,
            "compared_with_stated": "faster than stated",
        }
    ]
    return {
        "marts.mart_retention": retention,
        "marts.mart_acquisition": acquisition,
        "marts.mart_repurchase_cycle": repurchase,
        "marts.mart_repurchase_curve": [
            {
                "dimension": "all",
                "dimension_value": "all",
                "gap_days": days,
                "returned_share": share,
                "returned_share_lower": share - 0.05,
                "returned_share_upper": share + 0.05,
            }
            for days, share in ((10, 0.12), (21, 0.25), (49, 0.5), (90, 0.77))
        ],
    }
