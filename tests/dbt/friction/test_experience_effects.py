"""What goes with bad experiences: an oracle in plain Python, and planted errors that do no harm."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.dbt.conftest import CORE, MakeWarehouse, Warehouse
from tests.dbt.scored import put_customers

TEMPLATE = f"{CORE} int_revenue_items int_customer_values int_quarterly_use"
EXPERIENCES = """create table core.int_bad_experiences (
    family varchar, subject_id varchar, customer_id varchar, window_start date,
    first_at timestamp, friction_events bigint, low_scores bigint, negative_comments bigint)"""
WINDOWS = """create table core.int_outcome_windows (
    customer_id varchar, window_start date, segment varchar, churn_basis varchar,
    tenure_band varchar, value_band varchar, use_band varchar, started_at timestamp,
    churned_at timestamp, middle_at timestamp, is_active_in_middle boolean)"""
QUARTERS = [date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)]
STRATA = ("window_start", "churn_basis", "segment", "tenure_band", "value_band", "use_band")
HORIZON = timedelta(days=90)


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    """Give a warehouse in which the relations above the effects are tables to put rows into."""
    made = make_warehouse(TEMPLATE)
    with duckdb.connect(str(made.path)) as connection:
        connection.execute(EXPERIENCES)
        connection.execute(WINDOWS)
    return made


def start(quarter: date) -> datetime:
    return datetime(quarter.year, quarter.month, quarter.day)


def middle(quarter: date) -> datetime:
    return start(quarter) + timedelta(days=45)


def window(customer_id: str, quarter: date, **columns: Any) -> dict[str, Any]:
    churned_at = columns.get("churned_at")
    return {
        "customer_id": customer_id, "window_start": quarter, "segment": "small",
        "churn_basis": "contractual", "tenure_band": "later", "value_band": "upper half",
        "use_band": "low", "started_at": datetime(2020, 1, 1), "middle_at": middle(quarter),
        "is_active_in_middle": churned_at is None or churned_at > middle(quarter), **columns,
    }  # fmt: skip


def experience(customer_id: str, quarter: date, day: int) -> dict[str, Any]:
    return {"family": "detector", "subject_id": "product_error", "customer_id": customer_id,
            "window_start": quarter, "first_at": start(quarter) + timedelta(days=day),
            "friction_events": 1, "low_scores": 0, "negative_comments": 0}  # fmt: skip


def effect(warehouse: Warehouse) -> dict[str, Any]:
    frame = warehouse.frame(
        "select * from core.int_experience_effects"
        " where segment = 'all' and subject_id = 'product_error'"
    )
    assert len(frame) == 1
    return dict(frame.iloc[0])


def is_lost(row: dict[str, Any], since: datetime) -> bool:
    churned_at = row.get("churned_at")
    return churned_at is not None and churned_at <= since + HORIZON


def difference(windows: list[dict[str, Any]], known: dict[tuple[str, date], datetime]) -> Any:
    """Give the Mantel-Haenszel difference, the windows used, and those with nobody beside them."""
    with_it: dict[tuple[Any, ...], list[bool]] = defaultdict(list)
    without: dict[tuple[Any, ...], list[bool]] = defaultdict(list)
    for row in windows:
        stratum = tuple(row[column] for column in STRATA)
        customer_id, quarter = row["customer_id"], row["window_start"]
        first_at = known.get((customer_id, quarter))
        if first_at is not None and (row["churned_at"] is None or first_at < row["churned_at"]):
            with_it[stratum].append(is_lost(row, first_at))
        place = QUARTERS.index(quarter)
        before = place > 0 and (customer_id, QUARTERS[place - 1]) in known
        by_the_middle = first_at is not None and first_at <= row["middle_at"]
        if row["is_active_in_middle"] and not before and not by_the_middle:
            without[stratum].append(is_lost(row, row["middle_at"]))
    total = weights = 0.0
    used = alone = 0
    for stratum, lost in with_it.items():
        others = without.get(stratum, [])
        if not others:
            alone += len(lost)
            continue
        used += len(lost)
        weight = len(lost) * len(others) / (len(lost) + len(others))
        weights += weight
        total += weight * (sum(lost) / len(lost) - sum(others) / len(others))
    return total / weights, used, alone


def test_effect_agrees_with_plain_python_when_strata_are_many(
    warehouse: Warehouse,
) -> None:
    draw = random.Random(5)
    windows: list[dict[str, Any]] = []
    known: dict[tuple[str, date], datetime] = {}
    for number in range(400):
        churned_at = draw.choice([None, datetime(2025, 4, 1) + timedelta(days=draw.random() * 400)])
        bands = {
            "segment": draw.choice(["small", "large"]),
            "value_band": draw.choice(["upper half", "lower half"]),
            "use_band": draw.choice(["none", "low", "middle", "high"]),
        }
        for quarter in QUARTERS:
            if churned_at is not None and churned_at <= start(quarter):
                continue
            windows.append(window(f"c{number}", quarter, churned_at=churned_at, **bands))
            if draw.random() < 0.4:
                known[f"c{number}", quarter] = start(quarter) + timedelta(days=draw.randrange(89))
    warehouse.put("core.int_outcome_windows", windows)
    warehouse.put(
        "core.int_bad_experiences",
        [
            experience(customer_id, quarter, (first_at - start(quarter)).days)
            for (customer_id, quarter), first_at in known.items()
        ],
    )
    warehouse.build("int_experience_effects")
    found = effect(warehouse)
    expected, used, alone = difference(windows, known)
    assert found["churn_effect"] == pytest.approx(expected, abs=1e-9)
    assert (found["exposed_windows"], found["unmatched_windows"]) == (used, alone)


def test_errors_do_no_harm_when_they_go_on_until_the_customer_leaves(
    warehouse: Warehouse,
) -> None:
    """Errors come to everybody alike; those who left early have had fewer of them."""
    draw = random.Random(8)
    windows, met = [], []
    for number in range(6000):
        quarter = QUARTERS[number % 3]
        left = draw.expovariate(1 / 400)
        first = draw.expovariate(1 / 40)
        churned_at = start(quarter) + timedelta(days=left)
        windows.append(window(f"c{number}", quarter, churned_at=churned_at))
        if first < min(left, 90):
            met.append(experience(f"c{number}", quarter, int(first)))
    warehouse.put("core.int_outcome_windows", windows)
    warehouse.put("core.int_bad_experiences", met)
    warehouse.build("int_experience_effects")
    found = effect(warehouse)
    assert found["churn_effect_lower"] < 0 < found["churn_effect_upper"]
    assert abs(found["churn_effect"]) < 0.02


def heavy_use(draw: random.Random) -> tuple[list[dict[str, Any]], ...]:
    """Give spells, days of use and errors: who uses much meets more errors and leaves less."""
    spells, days, met = [], [], []
    quarter = QUARTERS[1]
    for number in range(3000):
        customer_id = f"c{number:04d}"
        level = number % 3
        lost = draw.random() < (0.35, 0.15, 0.03)[level]
        left_at = middle(quarter) + timedelta(days=1 + draw.random() * 80) if lost else None
        spells.append({"spell_id": customer_id, "customer_id": customer_id, "spell_number": 1,
                       "churn_basis": "contractual", "started_at": datetime(2020, 1, 1),
                       "ended_at": left_at, "churned_at": left_at})  # fmt: skip
        days += [
            {"customer_id": customer_id, "usage_date": date(2025, 4, 1 + day), "feature": "f",
             "user_count": 1, "event_count": 1}
            for day in range((1, 5, 12)[level] + draw.randrange(3))
        ]  # fmt: skip
        if draw.random() < (0.1, 0.4, 0.8)[level]:
            met.append(experience(customer_id, quarter, 45))
    return spells, days, met


@pytest.mark.parametrize("is_use_known", [True, False])
def test_errors_that_heavy_users_meet_look_harmless_only_when_use_is_unknown(
    warehouse: Warehouse, is_use_known: bool
) -> None:
    spells, days, met = heavy_use(random.Random(21))
    put_customers(warehouse, [row["customer_id"] for row in spells], segment="small")
    warehouse.put("core.int_customer_spells", spells)
    warehouse.put("core.int_bad_experiences", met)
    if is_use_known:
        warehouse.put("core.fct_usage_daily", days)
    warehouse.build("int_quarterly_use int_outcome_windows int_experience_effects")
    found = effect(warehouse)
    if is_use_known:
        assert found["churn_effect_lower"] < 0 < found["churn_effect_upper"]
        assert abs(found["churn_effect"]) < 0.03
    else:
        assert found["churn_effect_upper"] < -0.1


def test_days_of_use_are_those_without_mere_friction(warehouse: Warehouse) -> None:
    visits = [
        ("product_use", datetime(2026, 1, 1)),
        ("report_build", datetime(2026, 1, 1, 9)),
        ("support_contact", datetime(2026, 1, 2)),
        ("order_dispatch", datetime(2026, 1, 3)),
        ("product_use", datetime(2026, 3, 31, 23, 59)),
        ("product_use", datetime(2026, 4, 1)),
    ]
    warehouse.put(
        "core.fct_interactions",
        [
            {"interaction_id": f"s:{number}", "customer_id": "c", "touchpoint_id": touchpoint_id,
             "occurred_at": occurred_at, "is_test": False}
            for number, (touchpoint_id, occurred_at) in enumerate(visits)
        ],
    )  # fmt: skip
    warehouse.put(
        "core.fct_usage_daily",
        [
            {"customer_id": "c", "usage_date": date(2026, 1, day), "feature": "f", "user_count": 1,
             "event_count": 1}
            for day in (1, 5)
        ],
    )  # fmt: skip
    warehouse.build("int_quarterly_use")
    assert warehouse.rows(
        "select quarter_start, active_days from core.int_quarterly_use order by 1"
    ) == [(date(2026, 1, 1), 3), (date(2026, 4, 1), 1)]
