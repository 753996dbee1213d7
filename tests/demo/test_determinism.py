"""The same seed gives the same bytes; another seed another company; size is one parameter."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from demo.company import generate_company
from demo.dirt_rules import DIRT_RULES, DirtRule
from tests.demo.conftest import CUSTOMERS, SEED, Company


def digests(landing: Path) -> dict[str, str]:
    return {
        str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }


def test_bytes_are_the_same_when_the_seed_is_the_same(company: Company, tmp_path: Path) -> None:
    generate_company(tmp_path / "landing", customers=CUSTOMERS, seed=SEED)

    assert digests(tmp_path / "landing") == digests(company.landing)
    assert digests(tmp_path / "truth") == digests(company.truth)


def test_bytes_differ_when_the_seed_differs(company: Company, tmp_path: Path) -> None:
    generate_company(tmp_path / "landing", customers=200, seed=SEED + 1)

    ours, theirs = digests(company.landing), digests(tmp_path / "landing")

    assert not set(ours.values()) & set(theirs.values())


def test_rows_grow_with_customers_when_generated_in_parts(company: Company, tmp_path: Path) -> None:
    larger = generate_company(
        tmp_path / "landing", customers=2 * CUSTOMERS, seed=SEED, customers_per_part=CUSTOMERS
    )

    for export in ("demo_product.events", "demo_web.events", "demo_billing.invoices"):
        assert larger.rows[export] == pytest.approx(2 * company.summary.rows[export], rel=0.25)
    assert larger.rows["demo_web.identifies"] == 2 * CUSTOMERS
    assert (tmp_path / "landing/demo_crm/accounts/accounts_0002.csv").is_file()
    assert not (tmp_path / "landing/demo_people/feedback/feedback_0002.csv").exists()


def test_earlier_company_is_replaced_when_the_next_is_smaller(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    generate_company(landing, customers=400, seed=1, customers_per_part=200)
    kept = landing / "demo_crm/accounts/ours.csv"
    kept.write_text("a file that a person put there")
    generate_company(landing, customers=200, seed=1)

    assert not (landing / "demo_crm/accounts/accounts_0002.csv").exists()
    assert not (tmp_path / "truth/customers_0002.parquet").exists()
    assert kept.is_file()


@pytest.mark.parametrize("name", ["customers", "customers_per_part"])
def test_size_is_refused_when_too_small_for_the_truths(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{name} is 199"):
        generate_company(tmp_path, **{"customers": 200, name: 199})


@pytest.mark.parametrize("rule", DIRT_RULES, ids=lambda rule: f"{rule.stream}-{rule.kind}")
def test_dirt_grows_with_customers(rule: DirtRule) -> None:
    assert rule.count(1_000_000) > rule.count(2_000) >= rule.count(200) >= 1
