"""The service page and the money page show what their marts hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reporting.site import build_site
from tests.reporting.reading import chart_values, read_page
from tests.reporting.snapshot_voice import Rows


def test_service_figures_equal_the_marts_when_shown(site: Path) -> None:
    text = read_page(site / "service.html").text
    assert "Team: Billing 80 1.5 h 11 h 22 h 7.5 days 61% (n 80)" in text.replace("\u202f", " ")
    assert "too few (n 20)" in text, "satisfaction on too few answers is not shown"
    assert "agent-7" not in text.lower(), "agents are not shown by name"
    assert "118 tickets were open on 30 Jun 2026" in text
    assert "Failure demand: Contacts that a sign claims 100 25% (22% to 28%) €500" in text
    assert "All pages 90 60 25 5 71% (60% to 79%) €125" in text
    assert "€4.50" in text
    assert "20% (n 45) 62% (n 237) real" in text


def test_the_revenue_waterfall_ends_where_the_mart_ends(site: Path) -> None:
    bars = list(chart_values(read_page(site / "money.html"), "revenue-waterfall"))
    by_step = {row["step"]: row for row in bars}
    assert by_step["Lost"]["low"] == by_step["End"]["high"] == 165_000
    assert by_step["New"]["low"] == by_step["Start"]["high"] == 110_000
    assert by_step["Pay less"]["high"] == by_step["Pay more"]["high"]


def test_money_figures_equal_the_marts_when_shown(site: Path) -> None:
    text = read_page(site / "money.html").text
    assert "100 20 10 10% (5% to 18%) 79.1% 84.1% €385" in text
    assert "Tiny Contractual 12 20 10 too few too few too few" in text
    assert "€225 7.5" in text
    assert "spend without customers" in text
    assert "21 49 (44 to 56)" in text


@pytest.mark.parametrize("name", ["service.html", "money.html"])
def test_a_section_says_no_data_and_the_others_stand_when_its_mart_is_empty(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path, name: str
) -> None:
    emptied = {"marts.mart_service_backlog", "marts.mart_acquisition"}
    kept = {table: members for table, members in rows.items() if table not in emptied}
    build_site(
        publish(kept),
        tmp_path / "site",
        title="Company",
        quality_report="../quality/index.html",
    )
    text = read_page(tmp_path / "site" / name).text
    assert text.count("No data.") == 1
    assert "is published but empty" in text
    assert text.count("Counting rule:") >= 4
