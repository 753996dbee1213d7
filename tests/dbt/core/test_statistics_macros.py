"""Statistics macros against the standard library and published vectors."""

from __future__ import annotations

from math import erfc, sqrt

import pytest

from tests.dbt.conftest import MakeWarehouse

Z_VALUES = [-36.0, -8.5, -5.0, -1.959964, -0.3, 0.0, 0.25, 1.0, 1.959964, 4.4, 7.0, 7.2, 12.0]


def lower_tail(z: float) -> float:
    return 0.5 * erfc(-z / sqrt(2))


def test_normal_cdf_agrees_with_the_standard_library(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    values = ", ".join(f"({z}::double)" for z in Z_VALUES)
    sql = warehouse.compile(
        f"select z, {{{{ normal_cdf('z') }}}}, {{{{ two_sided_p_value('z') }}}}"
        f" from (values {values}) as t (z)"
    )
    for z, cdf, p_value in warehouse.rows(sql):
        # Beyond 7 the approximation is a short continued fraction.
        tolerance = 1e-12 if abs(z) <= 7 else 1e-7
        assert cdf == pytest.approx(lower_tail(z), rel=tolerance)
        assert p_value == pytest.approx(2 * lower_tail(-abs(z)), rel=tolerance)


def test_two_proportion_test_agrees_with_hand_computation(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    sql = warehouse.compile(
        "select {{ two_proportion_z('a', 'm', 'b', 'n') }},"
        " {{ two_proportion_p_value('a', 'm', 'b', 'n') }}"
        " from (values (45, 100, 60, 100), (5, 5, 9, 9), (0, 4, 0, 7), (1, 2, 0, 0))"
        " as t (a, m, b, n)"
    )
    (z, p_value), *degenerate = warehouse.rows(sql)
    # Pooled share 0.525; standard error sqrt(0.525 * 0.475 * 2 / 100).
    expected = -0.15 / (0.525 * 0.475 * 0.02) ** 0.5
    assert z == pytest.approx(expected, rel=1e-12)
    assert p_value == pytest.approx(2 * lower_tail(expected), rel=1e-12)
    assert degenerate == [(0.0, 1.0), (0.0, 1.0), (None, None)]


def test_wilson_interval_agrees_with_its_formula(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(variables={"z_score": 1.96})
    sql = warehouse.compile(
        "select {{ wilson_lower('k', 'n') }}, {{ wilson_upper('k', 'n') }}"
        " from (values (81, 263), (0, 10), (10, 10), (0, 0)) as t (k, n)"
    )
    newcombe, none, full, empty = warehouse.rows(sql)
    # Newcombe (1998), 81 of 263: 0.2553 to 0.3662.
    assert newcombe == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert none == (pytest.approx(0.0, abs=1e-12), pytest.approx(0.2775, abs=5e-5))
    assert full == (pytest.approx(0.7225, abs=5e-5), pytest.approx(1.0, abs=1e-12))
    assert empty == (None, None)
