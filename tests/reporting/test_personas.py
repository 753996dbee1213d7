"""Personas on the journey page: their figures, their map, and the customers behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from reporting.site import build_site
from tests.reporting.reading import read_page
from tests.reporting.snapshot_voice import Rows


def section(html: str, name: str) -> str:
    """Cut the slice of a name out of the first journey."""
    return html.split(f'data-slice="{name}"')[1].split("data-slice=")[0]


def test_whom_a_journey_is_designed_for_stands_beside_who_takes_it(site: Path) -> None:
    text = read_page(site / "journeys.html").text
    assert "Designed for: A new customer <b>who</b> has to get going." in text
    assert "By persona, 48% of these journeys are of whom it is designed for." in text
    assert "By state of the relationship, " not in text, "it is meant for every state"
    assert "Newcomer designed for 48% 900" in text
    assert "34% 31% to 37% −28 points , p < 0.001 others 62%" in text
    assert "No persona fits partly as of today 30% 560" in text
    assert "within chance others 47%" in text
    assert "Quiet giant 1% 10 too few (n 10) too few to tell" in text
    assert "Not known – 3 too few (n 3) –" in text, "nobody is held against those not known"


def test_a_persona_has_a_map_when_it_has_enough_journeys(site: Path) -> None:
    html = (site / "journeys.html").read_text(encoding="utf-8")
    assert set(re.findall(r'<option value="(persona:\w+)">', html)) == {
        "persona:newcomer", "persona:champion", "persona:none",
    }  # fmt: skip
    own = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section(html, "persona:newcomer|all")))
    assert "Newcomer at the start: 900 journeys; 34% of those that are over were completed" in own
    assert "62% of the other customers’: more than chance." in own
    assert "38% lost, 20% of the other customers: more than chance" in own
    assert "not told apart by persona" in own
    assert "Source: marts.mart_journey_personas" in own


def test_those_behind_a_persona_are_its_own_when_listed(site: Path, rows: Rows) -> None:
    html = (site / "journeys.html").read_text(encoding="utf-8")
    whose = {
        str(row["customer_id"]): row["persona_id"] for row in rows["marts.fct_journey_personas"]
    }
    for persona in ("newcomer", "champion"):
        listed = set(re.findall(r"\bc\d{3}\b", section(html, f"persona:{persona}|all")))
        assert listed
        assert {whose[customer] for customer in listed} == {persona}


def test_the_map_stands_without_personas_when_the_snapshot_is_older(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    gone = ("marts.mart_journey_personas", "marts.fct_journey_personas")
    kept = {table: members for table, members in rows.items() if table not in gone}
    build_site(
        publish(kept, without=gone),
        tmp_path / "site",
        title="Company",
        quality_report="../quality/index.html",
    )
    page = read_page(tmp_path / "site" / "journeys.html")
    assert "Who takes it" not in page.text
    assert "Persona at the start" not in page.text
