"""Effects of actions against scipy and numpy, and the words for what cannot be measured."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy
import pandas
import pytest
from scipy import stats

from tests.dbt.conftest import CORE, MakeWarehouse, Warehouse

MODELS = "int_action_instances mart_action_effects"
TEMPLATE = (
    f"{CORE} int_journey_touchpoints int_journey_interactions"
    " fct_journey_visits int_journey_instances"
    f" int_journey_required_steps fct_journey_steps fct_journeys {MODELS}"
)
FIXED_ON = date(2025, 11, 1)
DAYS_TO_DECIDE = 30
Z = 1.959964
# Columns of an instance that the contract asks for and the marts under test do not read.
FILLING = {
    "scope_key": "x", "segment": "unknown", "last_touchpoint_id": "x", "variant_id": "x",
    "visit_count": 1, "steps_reached": 1, "last_step_number": 1,
    "late_step_count": 0, "required_steps": 3,
    "required_steps_met": 1, "path_length": 1, "repeat_count": 0, "return_count": 0,
    "channel_count": 1, "channel_switch_count": 0, "hand_off_count": 0,
}  # fmt: skip
# A month as (year, month, instances at the step before, those that reached the step).
Month = tuple[int, int, int, int]


def declare(warehouse: Warehouse, *actions: Mapping[str, Any]) -> None:
    warehouse.clear("reference.actions")
    warehouse.put(
        "reference.actions",
        [
            {"action_id": "fix", "action_name": "Fix", "journey_id": "onboarding",
             "step_number": 2, "fixed_on": FIXED_ON, "expected_effect": 0.15,
             "owner": "onboarding", "reason": "loss", **action}
            for action in actions
        ],
    )  # fmt: skip


def load(warehouse: Warehouse, months: Sequence[Month], *, outcome: str = "abandoned") -> None:
    journeys, steps = [], []
    for year, month, instances, reached in months:
        for number in range(instances):
            name = f"{year}-{month}-{number}"
            started_at = datetime(year, month, 1 + number % 28, 12)
            journeys.append(
                {"journey_instance_id": name, "journey_id": "onboarding", "outcome": outcome,
                 "started_at": started_at, "start_month": date(year, month, 1), **FILLING}
            )  # fmt: skip
            steps += [
                {"journey_step_id": f"{name}:{step}", "journey_instance_id": name,
                 "journey_id": "onboarding", "step_number": step, "scope_key": name,
                 "touchpoint_id": "first_login", "reached_at": started_at,
                 "hours_from_start": 0.0, "visit_count": 1, "segment": "unknown",
                 "start_month": date(year, month, 1), "outcome": outcome}
                for step in ((0, 1, 2) if number < reached else (0, 1))
            ]  # fmt: skip
    warehouse.put("marts.fct_journeys", journeys)
    warehouse.put("marts.fct_journey_steps", steps)


def effect(warehouse: Warehouse) -> Mapping[str, Any]:
    warehouse.build(MODELS)
    frame = warehouse.frame("select * from marts.mart_action_effects")
    assert len(frame) == 1
    return {str(name): value for name, value in frame.iloc[0].items()}


def wilson(successes: int, n: int) -> tuple[float, float]:
    interval = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    return interval.low, interval.high


def newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    (low_1, high_1), (low_2, high_2) = wilson(x1, n1), wilson(x2, n2)
    p1, p2 = x1 / n1, x2 / n2
    below = ((p1 - low_1) ** 2 + (high_2 - p2) ** 2) ** 0.5
    above = ((high_1 - p1) ** 2 + (p2 - low_2) ** 2) ** 0.5
    return p1 - p2 - below, p1 - p2 + above


def segmented(months: Sequence[Month]) -> tuple[float, float, float, float]:
    """Fit level, slope and their changes by weighted least squares; level change, half, slopes."""
    times = numpy.array([12 * (y - 2025) + m - 11 for y, m, _, _ in months], dtype=float)
    after = (times >= 0).astype(float)
    weights = numpy.array([n for _, _, n, _ in months], dtype=float)
    rates = numpy.array([x / n for _, _, n, x in months])
    design = numpy.column_stack([numpy.ones_like(times), times, after, after * times])
    root = numpy.sqrt(weights)
    coefficients, *_ = numpy.linalg.lstsq(design * root[:, None], rates * root, rcond=None)
    residual = (rates - design @ coefficients) * root
    degrees = len(months) - 4
    covariance = numpy.linalg.inv((design * weights[:, None]).T @ design)
    half = stats.t.ppf(0.975, degrees) * numpy.sqrt(
        residual @ residual / degrees * covariance[2, 2]
    )
    return (
        float(coefficients[2]), float(half),
        float(coefficients[1]), float(coefficients[1] + coefficients[3]),
    )  # fmt: skip


def series(before: float, after: float, *, slope: float = 0.0) -> list[Month]:
    generator = random.Random(4)
    months: list[Month] = []
    for place in range(22):
        year, month = 2024 + (6 + place) // 12, (6 + place) % 12 + 1
        since = 12 * (year - 2025) + month - 11
        share = (after if since >= 0 else before) + slope * since
        instances = generator.randrange(60, 110)
        months.append((year, month, instances, round(share * instances)))
    return months


def test_effect_and_break_agree_with_scipy_when_months_are_random(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    months = series(0.65, 0.82)
    declare(warehouse, {})
    load(warehouse, months)
    found = effect(warehouse)

    # Half a year on each side: from 5 May 2025 to before 30 April 2026.
    def in_window(since_from: date, until: date) -> tuple[int, int]:
        days = [
            (date(y, m, 1 + number % 28), number < x)
            for y, m, n, x in months
            for number in range(n)
        ]
        chosen = [reached for day, reached in days if since_from <= day < until]
        return sum(chosen), len(chosen)

    window = timedelta(days=180)
    x0, n0 = in_window(FIXED_ON - window, FIXED_ON)
    x1, n1 = in_window(FIXED_ON, FIXED_ON + window)
    assert found["window_days"] == 180
    assert (found["before_reached"], found["before_instances"]) == (x0, n0)
    assert (found["after_reached"], found["after_instances"]) == (x1, n1)
    assert found["effect"] == pytest.approx(x1 / n1 - x0 / n0, rel=1e-12)
    lower, upper = newcombe(x1, n1, x0, n0)
    assert found["effect_lower"] == pytest.approx(lower, rel=1e-6)
    assert found["effect_upper"] == pytest.approx(upper, rel=1e-6)

    level, half, slope_before, slope_after = segmented(months)
    assert (found["months_before"], found["months_after"]) == (16, 6)
    assert found["level_change"] == pytest.approx(level, rel=1e-6)
    assert found["level_change_upper"] - level == pytest.approx(half, rel=1e-4)
    assert found["slope_before"] == pytest.approx(slope_before, rel=1e-6, abs=1e-9)
    assert found["slope_after"] == pytest.approx(slope_after, rel=1e-6, abs=1e-9)
    assert found["is_as_expected"]
    assert found["conclusion"] == "difference beyond the trend"


def test_the_trend_explains_the_difference_when_it_was_there_before(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, {})
    load(warehouse, series(0.6, 0.6, slope=0.02))
    found = effect(warehouse)
    assert found["is_significant"]
    assert found["level_change_lower"] < 0 < found["level_change_upper"]
    assert found["conclusion"] == "difference that the trend before explains"


def test_no_difference_is_said_when_nothing_changed(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, {})
    load(warehouse, series(0.7, 0.7))
    assert effect(warehouse)["conclusion"] == "no significant difference"


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ({"fixed_on": date(2026, 7, 1)}, "in the future"),
        ({"fixed_on": date(2026, 6, 15)}, "not yet decided"),
        ({"step_number": 9}, "unknown step"),
        ({"journey_id": "renewal", "step_number": 1}, "no data"),
        ({"fixed_on": date(2026, 5, 20)}, "too few instances"),
    ],
)
def test_nothing_is_made_up_when_an_action_cannot_be_measured(
    make_warehouse: MakeWarehouse, action: Mapping[str, Any], status: str
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, action)
    load(warehouse, [(2026, 5, 56, 40)])
    found = effect(warehouse)
    assert found["status"] == found["conclusion"] == status
    for name in ("effect", "effect_lower", "before_rate", "after_rate", "p_value", "level_change"):
        assert pandas.isna(found[name])


def test_open_instances_are_left_out_when_they_are_not_decided(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    declare(warehouse, {})
    load(warehouse, [(2025, 10, 50, 20), (2025, 11, 50, 40)])
    load(warehouse, [(2025, 12, 50, 50)], outcome="open")
    found = effect(warehouse)
    assert found["after_instances"] == 50
    assert found["undecided_instances"] == 50
    assert pandas.isna(found["months_after"])


def test_student_t_score_agrees_with_scipy(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    sql = warehouse.compile(
        "select df, {{ student_t_score('df') }} from (values (2), (3), (7), (30), (300)) as t (df)"
    )
    confidence = stats.norm.cdf(Z)
    for degrees, score in warehouse.rows(sql):
        tolerance = 0.02 if degrees == 2 else 0.002 if degrees < 7 else 1e-4
        assert score == pytest.approx(stats.t.ppf(confidence, degrees), rel=tolerance)
