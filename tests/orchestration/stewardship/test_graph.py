"""Where stewards' decisions stand in the graph, and how pairs of customers reach core."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import jinja2
import pytest
from markupsafe import Markup

from orchestration.defs.ingestion import definitions
from orchestration.settings import STAGING_DIR, Settings
from orchestration.stewardship.decisions import Decision
from tests.orchestration.stewardship.conftest import Company

DECISIONS = dg.AssetKey(["raw", "stewardship__decisions"])
ACCOUNTS = dg.AssetKey(["raw", "demo_crm__accounts"])
VIEW = STAGING_DIR / "stewardship" / "stg_stewardship__identity_decisions.sql"


def waited_for(home: Path, *sources: str) -> dict[dg.AssetKey, set[dg.AssetKey]]:
    assets = definitions(Settings(home=home, sources=sources)).assets or []
    return {
        asset.key: set(asset.dependency_keys)
        for asset in assets
        if isinstance(asset, dg.AssetsDefinition)
    }


def test_decisions_are_loaded_before_the_rows_that_they_settle(tmp_path: Path) -> None:
    graph = waited_for(tmp_path, "demo_crm", "stewardship")
    assert graph[ACCOUNTS] == {DECISIONS}
    assert graph[DECISIONS] == set()


def test_no_stream_waits_for_decisions_when_there_are_none(tmp_path: Path) -> None:
    assert waited_for(tmp_path, "demo_crm")[ACCOUNTS] == set()


def pair(company: Company, kind: str, left: str, right: str) -> Decision:
    company.clock += dt.timedelta(minutes=1)
    return Decision(
        kind=kind, decided_at=company.clock, decided_by="ana", why="asked them",
        left_key_type="email", left_key=left, right_key_type="email", right_key=right,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-06-30", []),
        ("2026-07-01", [("merge", "c", "d"), ("split", "b", "a")]),
        ("2026-07-02", [("split", "b", "a"), ("split", "c", "d")]),
    ],
)
def test_later_decision_about_a_pair_counts_as_of_a_day(
    company: Company, as_of: str, expected: list[tuple[str, str, str]]
) -> None:
    company.put("a.csv", "answer_id,score,answered_at,channel,comment\n")
    first, second = pair(company, "merge", "a", "b"), pair(company, "split", "b", "a")
    third, mistaken = pair(company, "merge", "c", "d"), pair(company, "merge", "e", "f")
    company.decide(first, second, third, mistaken, company.undo(mistaken))
    company.clock += dt.timedelta(days=1)
    company.decide(pair(company, "split", "c", "d"))
    company.run(received_at=dt.datetime(2026, 7, 3))
    # dbt itself builds the view in whole runs, and its unit test holds the same rule.
    template = jinja2.Environment(autoescape=True).from_string(VIEW.read_text(encoding="utf-8"))
    query = template.render(
        config=lambda **_: "",
        is_source_enabled=lambda _: True,
        source=lambda source, table: f"raw.{source}__{table}",
        as_of_date=lambda: Markup("date '{}'").format(as_of),
    )
    found = company.rows(f"select action, left_key, right_key from ({query}) order by all")
    assert found == expected
