"""The report, its arrivals, and the Data Docs: what they say, and that they need no network."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from data_quality.arrivals import Arrivals, read_arrivals
from data_quality.data_docs import build_data_docs, make_offline, remote_resources
from data_quality.publish import publish_quality
from data_quality.report import build_report, verdict_of
from data_quality.results import ExpectationResult, ValidationRun
from data_quality.runner import validate
from data_quality.scorecard import grade_of, table_cards, trend_of
from data_quality.storage import read_history, save_run, write_history
from tests.data_quality.conftest import ANSWERS_SQL, LEDGER_SQL, MOMENT, Build, rule, suite_of

HOSTILE = "<script>alert('x')</script>"


class _Page(HTMLParser):
    """Text of a page, its references and its header cells."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.references: list[str] = []
        self.ids: set[str] = set()
        self.headers: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.references += [v for k, v in attrs if k in {"href", "src"} and v is not None]
        self.ids |= {v for k, v in attrs if k == "id" and v is not None}
        if tag == "th":
            self.headers.append(found)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def parsed(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture
def warehouse(build: Build) -> Path:
    return build(ANSWERS_SQL, LEDGER_SQL)


@pytest.fixture
def run(warehouse: Path) -> ValidationRun:
    suite = suite_of(
        rule(
            "expect_column_values_to_be_between",
            rule="score",
            kwargs={"column": "score", "min_value": 0, "max_value": 9},
            why=f"Scores above nine are {HOSTILE}.",
        ),
        rule(
            "expect_column_mean_to_be_between",
            rule="mean",
            kwargs={"column": "score", "min_value": 4, "max_value": 6},
        ),
        rule(
            "expect_column_max_to_be_between",
            rule="top",
            kwargs={"column": "score", "max_value": 9},
            severity="warning",
        ),
        rule("expect_column_mean_to_be_between", rule="e", kwargs={"column": "x", "min_value": 0}),
    )
    absent = suite_of(
        rule("expect_table_row_count_to_be_between", kwargs={"min_value": 1}),
        name="core_nothing__checks",
        table="core.nothing",
    )
    catalogue = [suite, absent]
    return validate(warehouse, run_id="run-1", validated_at=MOMENT, catalogue=catalogue)


def test_report_says_what_was_found(run: ValidationRun, warehouse: Path, tmp_path: Path) -> None:
    quality = tmp_path / "quality"
    save_run(run, quality)
    report = publish_quality(warehouse, quality, run_id="run-1", title="Quality of Example Ltd")
    page = parsed(report.path)
    frame = run.results
    broken = frame[frame["success"].eq(False).fillna(False)]
    assert report.critical_failures == (broken["severity"] == "critical").sum() == 2
    assert report.warnings == (broken["severity"] == "warning").sum() == 1
    assert "Held back: 2 critical rules are broken, and 1 warning" in page.text
    for _, row in frame.iterrows():
        assert str(row["statement"]) in page.text
        assert str(row["observed"]) in page.text
        assert str(row["owner"]) in page.text
    offending = sum(n % 11 > 9 for n in range(1100))
    assert f"{offending} of 1,100 rows break it ({100 * offending / 1100:.2f} %)" in page.text
    assert "core.nothing is not in this warehouse" in page.text
    assert 'The column "x" in BatchData does not exist' in page.text
    assert "Quality of Example Ltd" in page.text


def test_report_needs_no_network_and_its_links_lead_somewhere(
    run: ValidationRun, warehouse: Path, tmp_path: Path
) -> None:
    save_run(run, tmp_path)
    report = publish_quality(warehouse, tmp_path, run_id="run-1")
    page = parsed(report.path)
    assert page.references
    for reference in page.references:
        if reference.startswith("#"):
            assert reference[1:] in page.ids
        else:
            assert (tmp_path / reference).is_file()
    html = report.path.read_text(encoding="utf-8")
    assert not re.search(r"https?://|@import|<script|url\(", html)


def test_headers_have_a_scope_and_text_is_escaped(
    run: ValidationRun, warehouse: Path, tmp_path: Path
) -> None:
    save_run(run, tmp_path)
    report = publish_quality(warehouse, tmp_path, run_id="run-1")
    page = parsed(report.path)
    assert all(header.get("scope") in {"col", "row"} for header in page.headers)
    assert HOSTILE in page.text
    assert HOSTILE not in report.path.read_text(encoding="utf-8")


def test_arrivals_are_recomputed_from_the_ledger(warehouse: Path) -> None:
    arrivals = read_arrivals(warehouse, as_of=MOMENT.date(), moment=MOMENT)
    streams = {(r["source_name"], r["stream"]): r for r in arrivals.streams.to_dict("records")}
    survey = streams["demo_survey", "responses"]
    # The second arrival of june.csv is the same file again and must not count twice.
    assert (survey["file_count"], survey["rows_in"], survey["rows_loaded"]) == (2, 150, 140)
    parts = ("rows_loaded", "rows_quarantined", "rows_duplicate")
    assert all(r["rows_in"] == sum(r[part] for part in parts) for r in streams.values())
    assert streams["demo_billing", "invoices"]["failed_file_count"] == 1
    (failed,) = arrivals.failed_files.to_dict("records")
    assert (failed["file_name"], failed["message"]) == ("may.csv", "no column id")


def test_quarantine_examples_hold_no_personal_value(warehouse: Path, tmp_path: Path) -> None:
    arrivals = read_arrivals(warehouse, as_of=MOMENT.date(), moment=MOMENT)
    counts = dict(zip(arrivals.reasons["column_name"], arrivals.reasons["row_count"], strict=True))
    assert counts == {"score": 4, "respondent": 2}
    messages = dict(zip(arrivals.reasons["column_name"], arrivals.reasons["message"], strict=True))
    assert messages == {"score": "score 77 is above 10", "respondent": "… is no id"}
    ages = set(zip(arrivals.reasons["oldest_days"], arrivals.reasons["newest_days"], strict=True))
    assert ages == {(0, 0)}
    empty = ValidationRun(run_id="run-1", as_of=MOMENT.date(), validated_at=MOMENT, suites=())
    write_history(empty, tmp_path)
    report = build_report(tmp_path, run=empty, arrivals=arrivals, history=read_history(tmp_path))
    page = parsed(report.path).text
    assert "june.csv , line 10 score 77 is above 10" in page
    assert "someone@example.com" not in page
    assert "Nothing was checked" in report.verdict


def test_warehouse_without_a_ledger_says_so(build: Build, tmp_path: Path) -> None:
    arrivals = read_arrivals(build("select 1"), as_of=MOMENT.date(), moment=MOMENT)
    assert (len(arrivals.streams), len(arrivals.reasons)) == (0, 0)
    empty = ValidationRun(run_id="run-1", as_of=MOMENT.date(), validated_at=MOMENT, suites=())
    report = build_report(tmp_path, run=empty, arrivals=arrivals, history=[])
    assert "The load ledger is empty" in parsed(report.path).text


def _rows(run: ValidationRun, *outcomes: tuple[str, str]) -> list[ExpectationResult]:
    pattern = run.suites[0].rows[0]
    success = {"passed": True, "skipped": None}
    until = {"waived": MOMENT.date()}
    return [
        replace(
            pattern,
            severity=severity,
            status=status,
            success=success.get(status, False),
            waived_until=until.get(status),
        )
        for severity, status in outcomes
    ]


def test_grades_follow_their_definition(run: ValidationRun) -> None:
    holds, warned = ("critical", "passed"), ("warning", "failed")
    assert grade_of(_rows(run, holds, ("warning", "passed"))) == "A"
    assert grade_of(_rows(run, holds, holds, holds, holds, warned)) == "B"
    assert grade_of(_rows(run, holds, holds, holds, warned)) == "C"
    assert grade_of(_rows(run, holds, ("critical", "waived"))) == "D"
    assert grade_of(_rows(run, holds, ("critical", "held"))) == "D"
    assert grade_of([replace(row, table_row_count=0) for row in _rows(run, holds)]) == "E"
    assert grade_of(_rows(run, holds, ("critical", "error"))) == "F"
    assert grade_of(_rows(run, ("critical", "skipped"))) == "–"


def test_worst_table_comes_first_with_its_trend(run: ValidationRun, tmp_path: Path) -> None:
    for day in range(3):
        moment = MOMENT + timedelta(days=day)
        past = replace(run, run_id=f"run-{day}", as_of=moment.date(), validated_at=moment)
        write_history(past, tmp_path)
    first, second = table_cards(run, read_history(tmp_path))
    assert (first.table_name, first.grade) == ("core.answers", "F")
    assert (first.kept, first.checked, first.critical_failures, first.warnings) == (1, 4, 2, 1)
    assert first.trend is not None
    assert first.trend.words == "share of rules kept, last 3 runs: 25% now"
    assert (second.grade, second.trend) == ("–", None)


def test_trend_spans_its_box_and_needs_two_points() -> None:
    trend = trend_of([1, None, 3], "words")
    assert trend is not None
    assert trend.points == "2.0,21.0 98.0,3.0"
    assert trend_of([1, None], "words") is None
    flat = trend_of([2, 2], "words")
    assert flat is not None
    assert flat.points == "2.0,12.0 98.0,12.0"


def test_verdicts(run: ValidationRun) -> None:
    suite = run.suites[0]
    kept = replace(suite, rows=suite.rows[1:2])
    warned = replace(suite, rows=suite.rows[1:3])
    assert verdict_of(replace(run, suites=(kept,))) == "Fit to publish: every rule holds"
    assert verdict_of(replace(run, suites=(warned,))) == "Fit to publish, with 1 warning"


def test_data_docs_load_nothing_from_elsewhere(run: ValidationRun, tmp_path: Path) -> None:
    assert build_data_docs(run, tmp_path) == (run.as_of,)
    front = tmp_path / "data_docs" / run.as_of.isoformat() / "index.html"
    pages = sorted((tmp_path / "data_docs").rglob("*.html"))
    assert len(pages) == 4
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert remote_resources(html) == []
        assert "<script" not in html
        assert html.count("<style>") >= 1
        assert "@example.com" not in html
    links = [r for r in parsed(front).references if not r.startswith("../")]
    assert len(links) == 2
    assert all((front.parent / link).is_file() for link in links)
    result = next((front.parent / "validations").rglob("*.html"))
    assert "score is between 0 and 9" in parsed(result).text


def test_data_docs_of_each_day_stay_and_of_one_day_give_way(
    run: ValidationRun, tmp_path: Path
) -> None:
    build_data_docs(run, tmp_path)
    build_data_docs(replace(run, run_id="run-2"), tmp_path)
    later = replace(run, run_id="run-3", as_of=run.as_of + timedelta(days=1))
    days = build_data_docs(later, tmp_path)
    root = tmp_path / "data_docs"
    html = (root / run.as_of.isoformat() / "index.html").read_text(encoding="utf-8")
    assert "run-2" in html
    assert "run-1" not in html
    assert days == (later.as_of, run.as_of)
    links = [link for link in parsed(root / "index.html").references if "/" in link]
    assert [link for link in links if not link.startswith("..")] == [
        f"{day.isoformat()}/index.html" for day in days
    ]
    assert not list(tmp_path.glob(".data_docs*")), "no draft and no former pages stay behind"


def test_new_kind_of_remote_reference_is_noticed() -> None:
    page = "<html><head></head><body><iframe src='https://example.com/x'></iframe></body></html>"
    with pytest.raises(ValueError, match=r"example\.com"):
        make_offline(page, "body {}")


@pytest.mark.parametrize(
    "tag",
    [
        "<script src='https://example.com/a.js'></script>",
        "<script>load('x')</script>",
        "<link rel='stylesheet' href='//example.com/a.css'>",
        "<img src='https://example.com/logo.png?id=1'>",
        "<style>p { background: url('https://example.com/a.png') }</style>",
        "<style>@import 'https://example.com/a.css';</style>",
    ],
)
def test_remote_references_are_cut_out(tag: str) -> None:
    page = f"<html><head>{tag}</head><body><a href='https://example.com'>a link</a></body></html>"
    offline = make_offline(page, "body { color: red }")
    assert "a link" in offline
    assert "body { color: red }" in offline
    assert remote_resources(offline) == []
    assert offline.count("example.com") == 1


def test_ledger_is_read_without_writing(warehouse: Path) -> None:
    before = warehouse.read_bytes()
    arrivals: Arrivals = read_arrivals(warehouse, as_of=MOMENT.date(), moment=MOMENT)
    assert len(arrivals.streams) == 2
    assert warehouse.read_bytes() == before
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table quality.free_again as select 1 as one")
