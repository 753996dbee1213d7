"""Real paths: what is drawn equals what is counted, and whoever stands behind it is named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from reporting import slices
from reporting.charts.path_flow import Flow, flow
from reporting.site import build_site
from tests.reporting.reading import read_page
from tests.reporting.snapshot_voice import Rows

NAMES = {"a": "First", "b": "Second", "c": "A touchpoint with a rather long name", "x": "Detour"}


def moves(*counted: tuple[str, str, int, int]) -> list[dict[str, object]]:
    return [
        {"from_touchpoint_id": left, "to_touchpoint_id": to, "transitions": n, "return_count": back}
        for left, to, n, back in counted
    ]


def drawn(*counted: tuple[str, str, int, int]) -> Flow:
    found = flow(moves(*counted), NAMES, {"a": 0, "b": 1, "c": 2})
    assert found is not None
    return found


WALKED = (
    ("(start)", "a", 100, 0),
    ("a", "b", 80, 0),
    ("a", "(abandoned)", 20, 0),
    ("b", "x", 30, 0),
    ("x", "b", 10, 10),
    ("x", "c", 20, 0),
    ("b", "c", 60, 0),
    ("c", "(completed)", 80, 0),
)


def test_the_start_stands_left_and_outcomes_right_when_drawn() -> None:
    found = drawn(*WALKED)
    places = {node.key: node.x for node in found.nodes}
    assert places["(start)"] == 0
    assert places["a"] < places["b"] < places["x"] < places["c"] < places["(completed)"]
    assert places["(completed)"] == places["(abandoned)"]


def test_moves_back_are_counts_and_no_ribbons_when_drawn() -> None:
    found = drawn(*WALKED)
    returns = {node.key: node.returns for node in found.nodes if node.returns}
    assert returns == {"b": "↺ 10"}
    assert found.returning == 10
    assert len(found.links) == 7
    assert found.drawn_share == 390 / 400


def test_ribbons_fill_their_bars_when_what_goes_in_comes_out() -> None:
    found = drawn(("(start)", "a", 50, 0), ("a", "b", 30, 0), ("a", "(open)", 20, 0))
    bars = {node.key: node.height for node in found.nodes}
    widths = [link.width for link in found.links]
    assert widths == [bars["(start)"], bars["b"], bars["(open)"]]
    assert bars["a"] == bars["b"] + bars["(open)"]


def test_no_two_labels_meet_when_many_touchpoints_share_a_column() -> None:
    found = drawn(
        ("(start)", "a", 500, 0),
        *(("a", f"z{number}", 1, 1) for number in range(10)),
        ("a", "b", 490, 0),
    )
    column = sorted(
        (node for node in found.nodes if node.key.startswith("z")),
        key=lambda node: node.y,
    )
    assert len(column) == 10
    gaps = [lower.y - upper.y for upper, lower in itertools.pairwise(column)]
    assert min(gaps) >= 3 * 14


def test_rare_moves_that_hang_on_nothing_are_left_out_when_cut() -> None:
    many = [("a", f"z{number:02}", 40 - number, 0) for number in range(20)]
    found = drawn(("(start)", "a", 600, 0), *many, ("z19", "(completed)", 100, 0))
    keys = {node.key for node in found.nodes}
    assert "z19" not in keys
    assert "(completed)" not in keys, "its only way is not drawn"


def test_nothing_is_drawn_when_nobody_walked() -> None:
    assert flow([], NAMES, {}) is None


def test_slices_are_offered_when_they_are_large_and_recent_enough() -> None:
    sizes = {"all|all": 5, "b|all": 30, "a|all": 29}
    sizes |= {f"all|2025-{month:02}": 40 for month in range(1, 13)} | {"all|2026-01": 40}
    offered = slices.offered(sizes, 30)
    assert offered[0] == "all|all"
    assert "b|all" in offered
    assert "a|all" not in offered
    assert "all|2026-01" in offered
    assert "all|2025-01" not in offered, "only the newest twelve months"


def test_paths_say_share_completion_and_time_when_walked(site: Path) -> None:
    text = read_page(site / "paths.html").text
    assert "Journeys 160 Completed 104 Given up 40 Still open 16" in text
    assert "In the designed order 88% 81% to 93%" in text
    assert "↺ 24" in text
    assert "50.0% 80 100% 30" in text
    assert "25.0% 40 0% 30" in text
    assert "10.0% 16 none over –" in text, "open journeys have no completion and no time"
    assert "Undeclared on the way" in text
    assert "15.0% 24 100% 67%" in text
    assert "Counting rule: each instance is counted once" in text


def test_those_behind_a_path_are_named_and_the_total_stated_when_listed(
    site: Path, rows: Rows
) -> None:
    html = (site / "paths.html").read_text(encoding="utf-8")
    assert "Shown: 12 of 40 journeys, each customer once." in read_page(site / "paths.html").text
    newest = sorted(
        (row for row in rows["marts.fct_journeys"] if row["variant_id"] == "v2"),
        key=lambda row: str(row["started_at"]),
        reverse=True,
    )
    linked = re.findall(r'customers.html#customer=(c\d+)"', html)
    assert newest[0]["customer_id"] in linked, "a customer with a page of their own is linked"
    assert "c080" in html, "a customer without one is named"
    assert "c080" not in linked


def test_a_small_segment_is_not_shown_when_below_the_minimum(site: Path) -> None:
    html = (site / "paths.html").read_text(encoding="utf-8")
    assert set(re.findall(r'data-slice="([^"]*)"', html)) == {
        "", "all|all", "all|2026-04", "all|2026-05", "enterprise|all",
    }  # fmt: skip


def test_paths_stand_without_instances_when_only_the_marts_are_published(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    gone = ("marts.fct_journeys", "marts.fct_journey_steps", "marts.fct_journey_deviations")
    kept = {table: members for table, members in rows.items() if table not in gone}
    build_site(
        publish(kept, without=gone),
        tmp_path / "site",
        title="Company",
        quality_report="../quality/index.html",
    )
    text = read_page(tmp_path / "site" / "paths.html").text
    assert "50.0% 80 100%" in text
    assert "customers on this path" not in text


def test_those_lost_before_a_step_are_named_when_they_got_no_further(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    funnel = [row for row in rows["marts.mart_journey_funnel"] if row["journey_id"] == "onboarding"]
    whole = [row for row in funnel if row["segment"] == "all"]
    assert whole[2]["dropped"]
    instances = [
        {
            "journey_instance_id": f"j{step}",
            "journey_id": "onboarding",
            "customer_id": f"lost-at-{step}",
            "started_at": datetime(2026, 5, 1),
            "outcome": outcome,
            "last_step_number": step,
        }
        for step, outcome in ((0, "abandoned"), (1, "abandoned"), (2, "open"))
    ]
    kept = rows | {"marts.fct_journeys": instances, "marts.fct_journey_steps": []}
    build_site(
        publish(kept),
        tmp_path / "site",
        title="Company",
        quality_report="../quality/index.html",
    )
    text = read_page(tmp_path / "site" / "journeys.html").text
    for step in (0, 1):
        behind = text.index(f"lost-at-{step}")
        name, later = whole[step + 1]["step_name"], whole[min(step + 2, len(whole) - 1)]
        funnel_at = text.index("Onboarding funnel")
        assert text.index(f"{name} ", funnel_at) < behind
        assert behind < text.index(f"{later['step_name']} ", funnel_at)
    assert "lost-at-2" not in text, "an open journey is not lost"


def test_the_map_of_each_month_stands_in_the_page_when_the_marts_have_periods(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    source = publish(rows)
    with duckdb.connect(str(source)) as connection:
        for table in ("mart_journey_map", "mart_journey_funnel"):
            connection.execute(
                f"create table months as select * replace ('month' as period_grain, "
                f"date '2026-05-01' as period_start, 77 as instances) from {table}"
            )
            connection.execute(f"insert into {table} select * from months")
            connection.execute("drop table months")
    build_site(source, tmp_path / "site", title="Company", quality_report="../quality/index.html")
    html = (tmp_path / "site" / "journeys.html").read_text(encoding="utf-8")
    assert 'data-slice="all|2026-05" hidden' in html
    assert '<option value="2026-05">May 2026</option>' in html
    assert "of 77 reach" in html
