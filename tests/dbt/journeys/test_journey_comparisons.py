"""Comparisons of groups of instances, against plain Python."""

from __future__ import annotations

from dataclasses import replace
from math import erfc, sqrt

import pytest

from tests.dbt.conftest import AS_OF, MakeWarehouse
from tests.dbt.journeys.stories import (
    COMPARISONS,
    JOURNEY_MODELS,
    PLAIN,
    TEMPLATE,
    declare,
    load,
    story,
)

MODELS = (
    "fct_journey_deviations int_journey_sums int_journey_deviation_sums mart_journey_deviations"
    f" {COMPARISONS}"
)


def p_value(first: int, first_n: int, second: int, second_n: int) -> float:
    pooled = (first + second) / (first_n + second_n)
    if pooled in (0, 1):
        return 1.0
    error = sqrt(pooled * (1 - pooled) * (1 / first_n + 1 / second_n))
    return erfc(abs(first / first_n - second / second_n) / error / sqrt(2))


def benjamini_hochberg(values: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    adjusted, smallest = {}, 1.0
    ordered = sorted(values, key=values.__getitem__, reverse=True)
    for place, name in enumerate(ordered):
        smallest = min(smallest, values[name] * len(values) / (len(values) - place))
        adjusted[name] = smallest
    return adjusted


def test_a_segment_is_held_against_the_rest_when_both_are_large_enough(
    make_warehouse: MakeWarehouse,
) -> None:
    """Of forty small customers ten import their data, of sixty large ones fifty."""
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("core.int_journey_customer_states")
    declare(warehouse, PLAIN)
    stories = (
        ["S0 a1"] * 30 + ["S0 a1 b2 E4"] * 10 + ["S0 a1"] * 10 + ["S0 a1 b2 E4"] * 50
        + ["S0 a1"] * 5
    )  # fmt: skip
    sizes = ["small"] * 40 + ["large"] * 60 + ["rare"] * 5
    load(warehouse, [e for n, text in enumerate(stories) for e in story(text, f"c{n}")])
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": f"c{number}", "segment": size, "is_test": False}
            for number, size in enumerate(sizes)
        ],
    )
    warehouse.build(f"{JOURNEY_MODELS} {MODELS}")
    rows = warehouse.rows(
        "select measure_kind, measure, first_count, first_instances, second_count,"
        " second_instances, p_value, adjusted_p_value, is_significant"
        " from marts.mart_journey_comparisons"
        " where comparison = 'segment' and first_side = 'small'"
    )
    counts = {row[:2]: row[2:6] for row in rows}
    assert counts["touchpoint", "data_import"] == (10, 40, 50, 65)
    assert counts["transition", "first_login > data_import"] == (10, 40, 50, 65)
    assert counts["step", "1"] == (40, 40, 65, 65)
    expected = {name: p_value(*figures) for name, figures in counts.items()}
    assert {row[:2]: row[6] for row in rows} == pytest.approx(expected, rel=1e-9)
    adjusted = benjamini_hochberg(expected)
    assert {row[:2]: row[7] for row in rows} == pytest.approx(adjusted, rel=1e-9)
    assert {row[:2]: row[8] for row in rows} == {n: p < 0.05 for n, p in adjusted.items()}
    assert {row[8] for row in rows} == {True, False}
    few = warehouse.rows(
        "select distinct is_too_few, p_value, is_significant from marts.mart_journey_comparisons"
        " where comparison = 'segment' and first_side = 'rare'"
    )
    assert few == [(True, None, False)]
    outcome = warehouse.rows(
        "select first_count, first_instances, second_count, second_instances"
        " from marts.mart_journey_comparisons"
        " where comparison = 'outcome' and measure = 'data_import'"
    )
    assert outcome == [(60, 60, 0, 45)]


def test_the_last_complete_month_is_held_against_the_one_before(
    make_warehouse: MakeWarehouse,
) -> None:
    """As of 30 June, June is complete: days 151 to 180 from 1 January, May from day 120."""
    assert (AS_OF.month, AS_OF.day) == (6, 30)
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("core.int_journey_customer_states")
    declare(warehouse, PLAIN)
    stories = ["S151 a152"] * 3 + ["S150 a151"] * 2 + ["S119"] * 4
    load(warehouse, [e for n, text in enumerate(stories) for e in story(text, f"c{n}")])
    warehouse.build(f"{JOURNEY_MODELS} {MODELS}")
    found = warehouse.rows(
        "select comparison, first_side, second_side, first_count, second_count"
        " from marts.mart_journey_comparisons where measure = 'subscription_start'"
        " and comparison in ('month', 'quarter') order by 1"
    )
    assert found == [
        ("month", "2026-06-01", "2026-05-01", 3, 2),
        ("quarter", "2026-04-01", "2026-01-01", 9, 0),
    ]


def test_what_a_company_declares_is_compared_by_its_rows(make_warehouse: MakeWarehouse) -> None:
    """Two personas against each other, one against all others, a channel, a segment, two months."""
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("core.int_journey_customer_states")
    declare(warehouse, PLAIN)
    plan = [
        ("a", "small", "web", "S0 a1", 30), ("a", "small", "web", "S0 a1 b2 E4", 10),
        ("b", "large", "web", "S0 a1", 10), ("b", "large", "phone", "S40 a41 b42 E44", 30),
        ("none", "large", "phone", "S40 a41", 20),
    ]  # fmt: skip
    people = [person for *person, times in plan for _ in range(times)]
    load(
        warehouse,
        [
            replace(event, channel_id=channel)
            for number, (_, _, channel, text) in enumerate(people)
            for event in story(text, f"c{number}")
        ],
    )
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": f"c{number}", "segment": segment, "is_test": False}
            for number, (_, segment, _, _) in enumerate(people)
        ],
    )
    warehouse.put(
        "core.int_journey_customer_states",
        [
            {
                "customer_id": f"c{number}",
                "persona_id": persona,
                "lifecycle_state": "active",
                "state_kind": "month_before",
                "persona_basis": "at_start",
                "start_month": month,
            }
            for number, (persona, _, _, _) in enumerate(people)
            for month in ("2026-01-01", "2026-02-01")
        ],
    )
    warehouse.clear("reference.journey_comparisons")
    warehouse.put(
        "reference.journey_comparisons",
        [
            {"comparison_id": name, "journey_id": journey, "dimension": dimension,
             "first_value": first, "second_value": second}
            for name, journey, dimension, first, second in (
                ("two", "*", "persona", "a", "b"),
                ("one", "plain", "persona", "b", "others"),
                ("ways", "*", "channel", "phone", "web"),
                ("sizes", "*", "segment", "small", "large"),
                ("ends", "*", "outcome", "completed", "others"),
                ("months", "*", "month", "2026-02", "2026-01"),
                ("nobody", "*", "lifecycle", "lapsed", "others"),
                ("elsewhere", "looping", "persona", "a", "b"),
            )
        ],
    )  # fmt: skip
    warehouse.build(f"{JOURNEY_MODELS} {MODELS}")
    found = warehouse.rows(
        "select comparison, first_side, second_side, first_count, first_instances, second_count,"
        " second_instances, is_significant, p_value from marts.mart_journey_comparisons"
        " where measure = 'data_import' and measure_kind = 'touchpoint'"
        " and comparison not in ('segment', 'outcome', 'month', 'quarter') order by comparison"
    )
    assert [row[:7] for row in found] == [
        ("ends", "completed", "others", 40, 40, 0, 60),
        ("months", "2026-02", "2026-01", 30, 50, 10, 50),
        ("one", "b", "others", 30, 40, 10, 60),
        ("sizes", "small", "large", 10, 40, 30, 60),
        ("two", "a", "b", 10, 40, 30, 40),
        ("ways", "phone", "web", 30, 50, 10, 50),
    ]
    assert [row[8] for row in found] == pytest.approx([p_value(*row[3:7]) for row in found])
    assert all(row[7] for row in found)
    names = "select distinct comparison from marts.mart_journey_comparisons order by 1"
    assert {"nobody", "elsewhere"}.isdisjoint(name for (name,) in warehouse.rows(names))
