"""Measures against earlier runs: what is usual, what is not, when there is nothing to say yet."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from data_quality.baseline import FEWEST_RUNS, SPREAD
from data_quality.derived import derived_results, derived_rules
from data_quality.measures import measure_tables
from data_quality.profiles import profile_table
from data_quality.records import RunLine, load_records
from data_quality.results import ExpectationResult
from data_quality.tables import StreamSpec, TableSpec

DAY = date(2026, 6, 30)
ANSWERS = TableSpec(
    table="core.answers",
    owner="voice",
    description="Answers.",
    key=("answer_id",),
    time_column="answered_at",
    hidden_columns=frozenset({"email"}),
)
WHOLE = TableSpec(table="core.answers", owner="voice", description="Answers.", key=("answer_id",))
RAW = TableSpec(
    table="raw.survey__answers",
    owner="voice",
    description="Answers as they came.",
    key=("answer_id",),
    time_column="answered_at",
    hidden_columns=frozenset({"email"}),
    stream=StreamSpec(
        source_name="survey",
        stream="answers",
        freshness_days=2,
        required_columns=("answer_id", "score"),
    ),
)


@dataclass(frozen=True)
class Quality:
    """A warehouse whose table is made anew for each day, and the history of its measures."""

    connection: duckdb.DuckDBPyConnection
    folder: Path

    def make(
        self,
        day: date,
        *,
        rows: int = 200,
        score: str = "n % 5",
        channel: str = "'web'",
        minutes: str = "60 + n % 7",
        table: str = "core.answers",
        extra: str = "null::json",
    ) -> None:
        """Put ``rows`` answers of the week up to ``day`` into the table, and older ones beside."""
        self.connection.execute(f"create schema if not exists {table.split('.')[0]}")
        load = ", 'l1' as _load_id" if table.startswith("raw.") else ""
        no_load = ", null" if load else ""
        self.connection.execute(
            f"""
            create or replace table {table} as
            select
                'a' || n as answer_id, 'someone' || n % 3 || '@example.com' as email,
                ({score})::bigint as score, {channel} as channel_id, ({minutes})::double as minutes,
                date '{day}' - (n % 7)::integer + time '10:00' as answered_at,
                {extra} as _extra{load}
            from range({rows}) as numbers (n)
            union all
            select 'old' || n, null, 1, 'web', 60, date '{day}' - 100 + time '10:00', null{no_load}
            from range(50) as numbers (n)
            """
        )

    def run(
        self, day: date, spec: TableSpec = ANSWERS, *, run_id: str = "", sources: str = "survey"
    ) -> dict[str, ExpectationResult]:
        """Measure and judge the table as of a day; the results by their rule."""
        stamp = datetime(day.year, day.month, day.day, 5) + timedelta(days=1)
        line = RunLine(run_id=run_id or f"run-{day}", as_of=day, comparable=sources)
        measures = measure_tables(
            self.connection, self.folder, [spec], line=line, arrival=stamp, step="core"
        )
        (suite,) = derived_results(
            [spec], measures, {spec.table: 1}, run_id=line.run_id, validated_at=stamp
        )
        return {row.rule: row for row in suite.rows}

    def weeks(self, count: int, before: date = DAY, **changes: object) -> None:
        """Run for the same day of the weeks before, the oldest first."""
        for back in range(count, 0, -1):
            day = before - timedelta(days=7 * back)
            self.make(day, rows=200 + back, **changes)  # type: ignore[arg-type]
            self.run(day)


@pytest.fixture
def quality(tmp_path: Path) -> Quality:
    return Quality(connection=duckdb.connect(), folder=tmp_path)


def statuses(results: dict[str, ExpectationResult]) -> dict[str, str]:
    return {rule: row.status for rule, row in results.items()}


def test_nothing_is_judged_without_history_and_it_says_so(quality: Quality) -> None:
    quality.weeks(FEWEST_RUNS - 1)
    quality.make(DAY, rows=3)
    results = quality.run(DAY)
    assert statuses(results) == {
        "rows_are_left": "passed",
        "rows_as_usual": "skipped",
        "nulls_as_usual": "skipped",
        "numbers_as_usual": "skipped",
        "categories_as_usual": "skipped",
    }
    assert results["rows_as_usual"].error == "no history yet: 4 of 5 comparable earlier runs"


def test_a_usual_week_holds(quality: Quality) -> None:
    quality.weeks(6, minutes="60 + n % 40")
    quality.make(DAY, rows=210, minutes="60 + n % 40")
    results = quality.run(DAY)
    assert set(statuses(results).values()) == {"passed"}
    assert results["rows_as_usual"].observed == "210 rows, usually 203.5 rows"


def test_bounds_are_those_recomputed_in_plain_python(quality: Quality) -> None:
    quality.weeks(6)
    quality.make(DAY, rows=210)
    quality.run(DAY)
    load_records(quality.connection, quality.folder)
    ((usual, low, high),) = quality.connection.execute(
        "select usual, lower_bound, upper_bound from quality.table_measures "
        "where as_of_date = $1 and rule = 'rows_as_usual'",
        [DAY],
    ).fetchall()
    past = [200 + back for back in range(1, 7)]
    median = statistics.median(past)
    spread = statistics.median(abs(value - median) for value in past)
    width = max(SPREAD * spread, 0.5 * median, 10)
    assert (usual, low, high) == pytest.approx((median, median - width, median + width))


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({"rows": 60}, "rows_as_usual", "60 rows, usually 203.5 rows, at least 101.8 rows"),
        ({"rows": 900}, "rows_as_usual", "at most 305.2 rows"),
        ({"channel": "nullif('web', 'web')"}, "nulls_as_usual", "channel_id 100 %, usually 0 %"),
        ({"score": "0"}, "categories_as_usual", "score index"),
        ({"channel": "case n % 2 when 0 then 'web' else 'app' end"}, "categories_as_usual", "chan"),
        ({"minutes": "3600 + n % 40"}, "numbers_as_usual", "minutes 3,6"),
    ],
)
def test_a_bad_week_is_noticed(
    quality: Quality, change: dict[str, object], rule: str, words: str
) -> None:
    quality.weeks(6, minutes="60 + n % 40")
    quality.make(DAY, **{"rows": 205, "minutes": "60 + n % 40", **change})  # type: ignore[arg-type]
    results = quality.run(DAY)
    assert [name for name, row in results.items() if row.status == "failed"] == [rule]
    assert words in results[rule].observed
    assert results[rule].severity == "warning"
    assert results[rule].unexpected_count == 1
    (sample,) = json.loads(results[rule].sample)
    assert not sample.get("at_least", -1) <= sample["value"] <= sample.get("at_most", 1e9)


def test_the_stability_index_is_the_one_recomputed_in_plain_python(quality: Quality) -> None:
    quality.weeks(5)
    quality.make(DAY, rows=205, score="case when n % 10 < 7 then 0 else n % 5 end")
    row = quality.run(DAY)["categories_as_usual"]
    past = [
        [sum(n % 5 == s for n in range(200 + b)) / (200 + b) for s in range(5)] for b in range(1, 6)
    ]
    usual = [sum(shares[s] for shares in past) / 5 for s in range(5)]
    scores = [0 if n % 10 < 7 else n % 5 for n in range(205)]
    now = [max(scores.count(s) / 205, 0.001) for s in range(5)]
    index = sum((n - u) * math.log(n / u) for n, u in zip(now, usual, strict=True))
    (found,) = json.loads(row.sample)
    assert found["column"] == "score"
    assert found["value"] == pytest.approx(index, abs=1e-4)


def test_a_table_that_lost_its_rows_is_critical_from_the_second_run_on(quality: Quality) -> None:
    quality.make(DAY - timedelta(days=1))
    assert quality.run(DAY - timedelta(days=1))["rows_are_left"].status == "skipped"
    quality.connection.execute("delete from core.answers")
    row = quality.run(DAY)["rows_are_left"]
    assert (row.status, row.severity) == ("failed", "critical")
    assert row.observed == "0 rows, usually 250 rows, at least 1 rows"


def test_a_mart_without_rows_is_a_warning() -> None:
    mart = TableSpec(table="marts.cases", owner="service", description="Cases.")
    assert {rule.severity for rule in derived_rules(mart)} == {"warning"}


def test_a_run_for_an_earlier_day_is_compared_with_what_was_before_it(quality: Quality) -> None:
    quality.weeks(6)
    for later in (1, 2, 3):
        quality.make(DAY + timedelta(days=7 * later), rows=5000)
        quality.run(DAY + timedelta(days=7 * later))
    quality.make(DAY, rows=210)
    first = quality.run(DAY, run_id="backfill")
    assert first["rows_as_usual"].observed == "210 rows, usually 203.5 rows"
    again = quality.run(DAY, run_id="backfill-again")
    assert again["rows_as_usual"].observed == first["rows_as_usual"].observed


def test_a_window_is_never_compared_with_one_that_overlaps_it(quality: Quality) -> None:
    quality.weeks(5)
    for back in (3, 2, 1):
        quality.make(DAY - timedelta(days=back), rows=5000)
        quality.run(DAY - timedelta(days=back))
    quality.make(DAY, rows=210)
    assert quality.run(DAY)["rows_as_usual"].observed == "210 rows, usually 203 rows"


def test_runs_over_other_sources_are_no_baseline(quality: Quality) -> None:
    quality.weeks(6)
    quality.make(DAY)
    results = quality.run(DAY, sources="survey, crm")
    assert results["rows_as_usual"].error == "no history yet: 0 of 5 comparable earlier runs"


def test_history_grows_daily_for_tables_without_a_time(quality: Quality) -> None:
    for back in range(5, 0, -1):
        quality.make(DAY - timedelta(days=back), rows=200)
        quality.run(DAY - timedelta(days=back), WHOLE)
    quality.make(DAY, rows=900)
    assert quality.run(DAY, WHOLE)["rows_as_usual"].observed.startswith("950 rows, usually 250")


def test_no_value_of_a_hidden_column_is_kept(quality: Quality) -> None:
    quality.make(DAY)
    quality.run(DAY)
    kept = quality.connection.execute(
        "select distinct column_name, category from quality.table_profiles"
    ).fetchall()
    assert ("score", "3") in kept
    assert ("email", "") in kept
    assert not [category for _, category in kept if "@" in category]


def test_a_short_list_of_values_is_no_category(quality: Quality) -> None:
    quality.make(DAY, rows=40)
    figures = profile_table(quality.connection, ANSWERS, DAY)
    assert not [figure for figure in figures if figure.measure == "share"]


def test_the_sample_of_a_large_window_is_the_same_in_any_order(
    quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_quality.profiles.SAMPLE_ROWS", 300)
    quality.make(DAY, rows=2000)
    first = profile_table(quality.connection, ANSWERS, DAY)
    quality.connection.execute(
        "create or replace table core.answers as from core.answers order by hash(answer_id)"
    )
    assert profile_table(quality.connection, ANSWERS, DAY) == first
    rows = {f.column_name: f.figure for f in first if f.measure == "category_rows"}
    assert 100 < rows["score"] < 500


@pytest.fixture
def landed(quality: Quality) -> Callable[..., None]:
    """Write a ledger of one file, received so many days before the run, so many rows rejected."""

    def _landed(*, days: float, rejected: int) -> None:
        quality.connection.execute("create schema if not exists quality")
        quality.connection.execute(
            "create or replace table quality.load_ledger as select 'l1' as load_id, 'survey' as "
            "source_name, 'answers' as stream, 'june.csv' as file_name, 100 as rows_in, "
            f"{100 - rejected} as rows_loaded, {rejected} as rows_quarantined, 0 as rows_duplicate,"
            " 'loaded' as status, null as message, "
            f"timestamp '{DAY} 05:00:00' + interval 1 day - interval '{int(days * 24)} hours' "
            "as received_at"
        )

    return _landed


def test_contract_rules_hold_for_a_fresh_clean_stream(
    quality: Quality, landed: Callable[..., None]
) -> None:
    quality.make(DAY, table="raw.survey__answers")
    landed(days=1, rejected=5)
    results = quality.run(DAY, RAW)
    assert set(results) == {rule.rule for rule in derived_rules(RAW)}
    judged = {rule: row.status for rule, row in results.items() if row.status != "skipped"}
    assert judged == dict.fromkeys(
        (
            "newest_event_is_fresh",
            "newest_file_is_fresh",
            "required_is_filled",
            "columns_as_agreed",
            "few_rows_are_quarantined",
            "most_rows_are_accepted",
        ),
        "passed",
    )


def test_contract_rules_notice_age_unknown_columns_gaps_and_rejects(
    quality: Quality, landed: Callable[..., None]
) -> None:
    quality.make(
        DAY - timedelta(days=5),
        table="raw.survey__answers",
        score="case when n = 0 then null else 1 end",
        extra="""case when n < 3 then '{"vip": 1}'::json end""",
    )
    landed(days=2.5, rejected=60)
    results = quality.run(DAY, RAW)
    observed = {rule: row.observed for rule, row in results.items() if row.status == "failed"}
    assert observed == {
        "newest_event_is_fresh": "5 days, at most 2 days",
        "newest_file_is_fresh": "2.5 days, at most 2 days",
        "required_is_filled": "1 of 2 columns: score 1.72 %, at most 0 %",
        "columns_as_agreed": "1 of 1 columns: vip 2 rows, at most 0 rows",
        "few_rows_are_quarantined": "60 %, at most 5 %",
        "most_rows_are_accepted": "60 %, at most 50 %",
    }
    severities = {results[rule].severity for rule in observed}
    assert severities == {"warning", "critical"}
    assert results["most_rows_are_accepted"].severity == "critical"


def test_rows_of_days_long_delivered_are_noticed(
    quality: Quality, landed: Callable[..., None]
) -> None:
    quality.make(DAY, table="raw.survey__answers")
    landed(days=1, rejected=0)
    assert quality.run(DAY, RAW)["few_rows_are_late"].error == "there is nothing to measure"
    quality.connection.execute(
        "insert into quality.load_ledger select * replace ('l2' as load_id, received_at + "
        "interval 1 hour as received_at) from quality.load_ledger"
    )
    quality.connection.execute(
        "insert into raw.survey__answers select * replace ('b' || answer_id as answer_id, "
        f"'l2' as _load_id, (case when answer_id in ('a0', 'a1', 'a10') then date '{DAY}' - 8 "
        "else answered_at::date - 1 end)::timestamp as answered_at) "
        "from raw.survey__answers where _load_id = 'l1' order by answer_id limit 59"
    )
    late = quality.run(DAY, RAW)["few_rows_are_late"]
    assert (late.status, late.observed) == ("failed", "5.08 %, at most 5 %")
    versioned = replace(RAW, stream=replace(RAW.stream, has_versions=True))
    assert "few_rows_are_late" not in quality.run(DAY, versioned)


def test_a_missing_table_is_not_evaluated(quality: Quality) -> None:
    quality.connection.execute("create schema if not exists core")
    results = derived_results(
        [ANSWERS],
        measure_tables(
            quality.connection,
            quality.folder,
            [ANSWERS],
            line=RunLine(run_id="r", as_of=DAY, comparable=""),
            arrival=datetime(2026, 7, 1),
            step="core",
        ),
        {},
        run_id="r",
        validated_at=datetime(2026, 7, 1),
    )
    assert {row.status for row in results[0].rows} == {"skipped"}
    assert results[0].skipped_reason == "table core.answers is not in this warehouse"


def test_freshness_must_be_above_nothing() -> None:
    with pytest.raises(ValueError, match="freshness_days is 0"):
        StreamSpec(source_name="survey", stream="answers", freshness_days=0)
