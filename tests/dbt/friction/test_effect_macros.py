"""The stratified risk difference and Newcombe's interval against plain Python."""

from __future__ import annotations

import pytest

from tests.dbt.conftest import MakeWarehouse

# Lost and all with the experience, lost and all without it, by stratum.
STRATA = [(30, 200, 60, 800), (12, 90, 20, 300), (5, 150, 9, 500), (3, 9, 0, 0)]


def test_the_difference_agrees_with_greenland_and_robins_when_strata_are_large(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse()
    rows = ", ".join(f"({a}, {n}, {c}, {m})" for a, n, c, m in STRATA)
    names = "'a', 'n', 'c', 'm'"
    sql = warehouse.compile(
        "select sum({{ stratum_weight('n', 'm') }}),"
        f" sum({{{{ stratum_difference({names}) }}}}),"
        f" sum({{{{ stratum_sato_p({names}) }}}}), sum({{{{ stratum_sato_q({names}) }}}})"
        f" from (values {rows}) as t (a, n, c, m)"
    )
    ((weight, total, p, q),) = warehouse.rows(sql)
    used = [stratum for stratum in STRATA if stratum[3]]
    weights = [n * m / (n + m) for _, n, _, m in used]
    difference = sum(
        w * (a / n - c / m) for w, (a, n, c, m) in zip(weights, used, strict=True)
    ) / sum(weights)
    assert total / weight == pytest.approx(difference, rel=1e-12)
    variance = (
        sum(
            w * w * (a * (n - a) / n**3 + c * (m - c) / m**3)
            for w, (a, n, c, m) in zip(weights, used, strict=True)
        )
        / sum(weights) ** 2
    )
    # Two estimators of one variance, which agree in large strata.
    assert (difference * p + q) / weight**2 == pytest.approx(variance, rel=0.05)


def test_newcombe_interval_agrees_with_the_published_example(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    sql = warehouse.compile(
        "select {{ newcombe_lower('a', 'm', 'b', 'n') }}, {{ newcombe_upper('a', 'm', 'b', 'n') }}"
        " from (values (56, 70, 48, 80)) as t (a, m, b, n)"
    )
    # Newcombe (1998), table II, contrast (a), method 10.
    assert warehouse.rows(sql) == [
        (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    ]
