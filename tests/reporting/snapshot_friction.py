"""Rows of the marts of friction, moments that matter, fixes and comparisons of journeys."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.reporting.snapshot_voice import HOSTILE, Rows

MORE, CHANCE, LITTLE = "goes with more churn", "no significant effect", "too little data"
# Detector, its name, events, customers, effect with interval, status, handling.
DETECTORS = (
    ("reopen", "Solved request opened again", 90, 60, (0.05, 0.02, 0.08), MORE, 450),
    ("repeat_contact", HOSTILE[0], 40, 30, (0.01, -0.02, 0.04), CHANCE, 200),
    ("product_error", "Error in the product", 800, 150, (-0.01, -0.03, 0.01), CHANCE, None),
    ("slow_refund", "Refund longer than expected", 4, 4, None, LITTLE, None),
)
MONTHS = (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))
VALUE = 1_000


def friction() -> Rows:
    """Return the friction register and everything that stands beside it."""
    return {
        "marts.mart_friction_points": [
            *(_point(rank, detector, "all") for rank, detector in enumerate(DETECTORS, start=1)),
            _point(1, DETECTORS[0], "enterprise"),
            *(_month(detector, month) for detector in DETECTORS for month in MONTHS),
        ],
        "marts.mart_friction_customers": [
            {"detector_id": detector[0], "customer_id": f"c{number:03}", "segment": "enterprise",
             "events": 30 - number, "last_at": datetime(2026, 6, 1) + timedelta(days=number),
             "is_active": number != 2}
            for detector in DETECTORS
            for number in range(1, min(20, detector[3]) + 1)
        ],
        "marts.mart_moments_that_matter": _moments(),
        "marts.mart_action_effects": _actions(),
        "marts.mart_journey_comparisons": _comparisons(),
    }  # fmt: skip


def _point(rank: int, detector: tuple[object, ...], segment: str) -> dict[str, object]:
    key, name, events, customers, effect, status, handling = detector
    touched = int(str(customers))
    value, lower, upper = effect if isinstance(effect, tuple) else (None, None, None)
    lost = None if value is None else touched * value * VALUE
    total = (lost or 0 if status == MORE else 0) + int(str(handling or 0))
    return {
        "detector_id": key, "detector_name": name, "severity": "high", "owner": "support",
        "segment": segment, "period_grain": "all", "period_start": MONTHS[0], "events": events,
        "customers": customers, "active_customers_touched": touched, "active_customers": 300,
        "share_of_customers": touched / 300, "share_lower": touched / 300 - 0.01,
        "share_upper": touched / 300 + 0.01, "timed_events": 0, "exposed_windows": 90,
        "unmatched_windows": 10, "churn_effect": value, "churn_effect_lower": lower,
        "churn_effect_upper": upper, "effect_status": status, "churn_cost_amount": lost,
        "answers_after": 40 if key == "reopen" else None,
        "satisfaction_after": 0.25 if key == "reopen" else None,
        "satisfaction_otherwise": 0.75 if key == "reopen" else None,
        "satisfaction_effect": -0.5 if key == "reopen" else None,
        "satisfaction_effect_lower": -0.6 if key == "reopen" else None,
        "satisfaction_effect_upper": -0.3 if key == "reopen" else None,
        "churn_cost_lower_amount": None if lower is None else touched * lower * VALUE,
        "churn_cost_upper_amount": None if upper is None else touched * upper * VALUE,
        "handling_cost_amount": handling,
        "total_cost_amount": total if status == MORE or handling else None,
        "currency": "EUR", "cost_rank": rank,
    }  # fmt: skip


def _month(detector: tuple[object, ...], month: date) -> dict[str, object]:
    touched = int(str(detector[3])) // 4 + month.month
    return {
        "detector_id": detector[0], "detector_name": detector[1], "segment": "all",
        "period_grain": "month", "period_start": month, "events": detector[2],
        "active_customers_touched": touched, "active_customers": 300,
        "share_of_customers": touched / 300,
    }  # fmt: skip


def _moments() -> list[dict[str, object]]:
    told = (
        ("support_resolution", "declared and found", "measured", (0.05, 0.03, 0.07)),
        ("invoice", "found, not declared", "measured", (0.08, 0.05, 0.11)),
        ("data_import", "declared, not found", "measured", (0.01, -0.02, 0.04)),
        ("refund", "declared, not found", "no data", None),
        ("first_login", "neither", "measured", (0.0, -0.02, 0.02)),
    )
    return [
        {
            "touchpoint_id": key, "touchpoint_name": key.replace("_", " ").capitalize(),
            "is_declared": state.startswith("declared"),
            "is_found": state in {"declared and found", "found, not declared"},
            "moment_state": state, "status": status, "customers": 120 if effect else 0,
            "friction_events": 140 if effect else 0, "low_scores": 7 if effect else 0,
            "negative_comments": 9 if effect else 0, "churn_effect": effect and effect[0],
            "churn_effect_lower": effect and effect[1], "churn_effect_upper": effect and effect[2],
            "adjusted_p_value": effect and 0.0004, "spend_effect_amount": effect and -12,
            "spend_effect_lower_amount": effect and -30, "spend_effect_upper_amount": effect and 6,
            "currency": "EUR", "effect_rank": 1 if effect else None,
        }
        for key, state, status, effect in told
    ]  # fmt: skip


def _actions() -> list[dict[str, object]]:
    shared = {"journey_id": "onboarding", "touchpoint_id": "data_import", "owner": "onboarding",
              "fixed_on": date(2025, 11, 1), "expected_effect": 0.15,
              "counting_rule": "Share of instances that reach the step."}  # fmt: skip
    return [
        shared
        | {"action_id": "guided", "action_name": "Guided import", "status": "measured",
           "before_instances": 113, "before_rate": 0.7, "before_lower": 0.61, "before_upper": 0.78,
           "after_instances": 96, "after_rate": 0.86, "after_lower": 0.78, "after_upper": 0.92,
           "effect": 0.16, "effect_lower": 0.05, "effect_upper": 0.27, "p_value": 0.0043,
           "conclusion": "the difference goes beyond the trend"},
        shared | {"action_id": "later", "action_name": "Later", "status": "in the future"},
    ]  # fmt: skip


def _comparisons() -> list[dict[str, object]]:
    told = (
        ("segment", "enterprise", "the rest", "transition", "data_import > first_report", 60, 20),
        ("segment", "enterprise", "the rest", "touchpoint", "first_report", 60, 20),
        ("month", "2026-06-01", "2026-05-01", "step", "2", 30, 70),
        ("outcome", "completed", "abandoned", "step", "3", 100, 0),
        ("outcome", "completed", "abandoned", "deviation", "skipped data_import 2", 4, 40),
        ("worried_customers", "worried_customer", "others", "touchpoint", "invoice", 60, 10),
        ("quarter", "2026-04-01", "2026-01-01", "touchpoint", "invoice", 50, 51),
    )
    return [
        {
            "journey_id": "onboarding", "comparison": comparison, "first_side": first,
            "second_side": second, "measure_kind": kind, "measure": measure, "first_count": one,
            "first_instances": 100, "first_share": one / 100, "second_count": other,
            "second_instances": 100, "second_share": other / 100,
            "difference": (one - other) / 100, "p_value": 0.001, "adjusted_p_value": 0.004,
            "is_too_few": False, "is_significant": abs(one - other) > 10,
        }
        for comparison, first, second, kind, measure, one, other in told
    ]  # fmt: skip
