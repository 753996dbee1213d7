"""The friction page, the company's view and comparisons show what their marts hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.site import build_site
from tests.reporting.reading import chart_values, read_page
from tests.reporting.snapshot_voice import HOSTILE, Rows


def words(site: Path, page: str) -> str:
    return re.sub(r"\s+", " ", read_page(site / page).text.replace("\u202f", " "))


def test_the_register_ranks_frictions_by_money_with_effect_and_prevalence(site: Path) -> None:
    text = words(site, "friction.html")
    assert "1 of 4 frictions go with more churn than chance would make" in text
    assert "costs most, €3 450 so far. After “Solved request opened again” 25% are" in text
    assert (
        "Solved request opened again Support, believed high €3 450 €450 of it handling"
        " lost customers €1 200 to €4 800 +5.0 points (+2.0 to +8.0) goes with more churn;"
        " left out 10 of 100"
        " 25% of 40; −50.0 points (−60.0 to −30.0) 20.0% 19.0% to 21.0% 90" in text
    )
    assert "€200 handling alone" in text, "what chance may explain costs no more than its handling"
    assert "too few answers" in text
    assert "not told apart from chance" in text
    assert "Refund longer than expected Support, believed high unknown" in text


def test_customers_behind_a_friction_are_named_with_the_total(site: Path) -> None:
    text = words(site, "friction.html")
    assert "Shown: 12 of 60 customers, those who met it most first." in text
    assert "29 times, last on 2 Jun 2026" in text
    assert "customer no more" in text, "slow_refund lists a former customer"
    html = (site / "friction.html").read_text(encoding="utf-8")
    assert 'customers.html#customer=c001"' in html


def test_cost_has_its_interval_and_says_what_chance_may_explain(site: Path) -> None:
    drawn = list(chart_values(read_page(site / "friction.html"), "friction-cost"))
    bars = {row["name"]: row for row in drawn if "name" in row}
    kept = bars["Solved request opened again"]
    assert (kept["value"], kept["lower"], kept["upper"]) == (3000, 1200, 4800)
    assert kept["group"] == "chance does not explain it"
    assert bars[HOSTILE[0]]["group"] == "chance may explain it"
    assert "Refund longer than expected" not in bars, "with too little data nothing is drawn"


def test_months_are_shares_of_active_customers(site: Path) -> None:
    drawn = list(chart_values(read_page(site / "friction.html"), "friction-by-month"))
    own = [row for row in drawn if row["name"] == "Solved request opened again"]
    assert [row["month"] for row in own] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert own[0]["share"] == pytest.approx((60 // 4 + 4) / 300)


def test_moments_tell_declared_from_found_and_unmeasured(site: Path) -> None:
    text = words(site, "friction.html")
    assert "Support resolution declared and found 120 140, 7, 9 +5.0 points (+3.0 to +7.0)" in text
    assert "Invoice found, not declared 120" in text
    assert "Refund declared, no data 0" in text, "what was not measured is not 'not found'"
    assert "€12 (−€30 to €6)" in text


def test_a_fix_shows_both_sides_and_its_effect(site: Path) -> None:
    drawn = list(chart_values(read_page(site / "friction.html"), "before-and-after"))
    assert [(row["when"], row["rate"]) for row in drawn] == [("before", 0.7), ("after", 0.86)]
    text = words(site, "friction.html")
    assert "+16.0 points (+5.0 to +27.0), p = 0.004 +15 points" in text
    assert "Later Onboarding: Data import 1 Nov 2025 in the future" in text
    assert "Guided import: the difference goes beyond the trend." in text


def test_the_map_shows_the_company_beside_the_customers_with_gaps(site: Path) -> None:
    text = words(site, "journeys.html")
    assert "Importance 5 /5" in text
    assert "overrated" in text
    assert "underrated" not in text.split("The company’s view beside the customers’")[0]
    table = text.split("The company’s view beside the customers’")[1]
    assert "5 of 5 +0.30 n 180 0.00 agrees no. 1 4 of 5 too few +0.01 agrees no. 9" in table


def test_differences_that_hold_are_told_once_in_words(site: Path) -> None:
    text = words(site, "journeys.html")
    assert "6 of 7 differences hold" in text
    assert "Enterprise against the rest Data import → First report 60% 60 of 100" in text
    assert "Enterprise against the rest Come to First report" not in text, "the same journeys"
    assert "Jun 2026 against May 2026 Reach “Data import” 30% 30 of 100 70% 70 of 100" in text
    assert "Completed against given up Skipped: Data import" in text
    assert "Worried customer against the others Come to" in text
    assert "100% 100 of 100" not in text, "that the completed are completed is no difference"


def test_buyers_coming_back_are_a_curve_with_its_interval(site: Path) -> None:
    drawn = list(chart_values(read_page(site / "money.html"), "repurchase-curve"))
    days = {row["days"]: row for row in drawn if "days" in row}
    assert (days[49]["share"], days[49]["lower"]) == (0.5, 0.45)


def test_customers_are_listed_per_segment_when_it_is_offered(site: Path) -> None:
    html = (site / "paths.html").read_text(encoding="utf-8")
    part = html.split('data-slice="enterprise|all"')[1].split("data-slice=")[0]
    assert "journeys, each customer once" in part
    assert part.count("customers.html#customer=") >= 12
    assert part.count('class="who"') >= 4, "deviations too"


def test_the_friction_page_says_no_data_when_its_marts_are_empty(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    kept = {
        table: members
        for table, members in rows.items()
        if "friction" not in table and table != "marts.mart_moments_that_matter"
    }
    source = publish(kept)
    build_site(source, tmp_path / "site", title="Company", quality_report="../quality/index.html")
    text = read_page(tmp_path / "site" / "friction.html").text
    assert text.count("No data.") == 4, "register, cost, months and moments"
    assert "Guided import" in text
    assert "Contacts that a failure caused" in text
