"""The published set is complete, belongs to one run, and survives a run that dies."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import publish
from orchestration.publish import publish_snapshot

AS_OF = date(2026, 6, 30)
RECEIVED = datetime(2026, 7, 1, 5, 0)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in (
            "create schema marts",
            "create schema ml",
            "create schema core",
            "create table core.fct_feedback as select 'secret' as comment_text",
            "create table marts.mart_churn_risk as select * from (values "
            "('c1', 'Acme', 'high', 'a@example.com'), ('c2', '=cmd()', 'low', 'b@example.com'), "
            "('c3', 'Gone', 'no forecast', null), ('c4', '=cmd()', 'low', 'no address')) "
            "as risk (customer_id, customer_label, risk_band, email)",
            "create table marts.mart_upsell_opportunities as "
            "select 'c1' as customer_id, true as is_eligible union all select 'c2', false",
            "create table marts.mart_contact_permissions as select * from (values "
            "('c1', 'profiling', true), ('c2', 'profiling', false), ('c1', 'survey', false)) "
            "as permissions (customer_id, purpose, is_allowed)",
            "create table marts.mart_case_queue as select 'k1' as case_id",
            "create table ml.model_metrics as select 'churn' as model_name",
            "create table ml.secret_workings as select 1 as one",
            "create table marts.int_steps as select 1 as one",
            # A mart that sums up what runs after dbt's last pass is a view until it is published.
            "create view marts.mart_scorecard as "
            "select 'A' as grade from warehouse.ml.model_metrics",
        ):
            connection.execute(statement)
    return path


def published(
    warehouse: Path, tmp_path: Path, run_id: str, *, restricted: bool = False
) -> publish.Snapshot:
    return publish_snapshot(
        warehouse,
        tmp_path / "published",
        run_id=run_id,
        as_of=AS_OF,
        published_at=RECEIVED,
        personal_columns={"marts.mart_churn_risk": {"email": "email"}},
        restricted=restricted,
    )


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_marts_are_copied_as_duckdb_and_parquet_when_published(
    warehouse: Path, tmp_path: Path
) -> None:
    snapshot = published(warehouse, tmp_path, "run1")
    link = tmp_path / "published"
    assert snapshot.rows["marts.mart_churn_risk"] == 4
    assert rows(link / "marts.duckdb", "select count(*) from marts.mart_churn_risk") == [(4,)]
    parquet = link / "parquet" / "mart_churn_risk.parquet"
    assert rows(link / "marts.duckdb", f"select count(*) from '{parquet}'") == [(4,)]
    assert rows(
        link / "marts.duckdb", "select run_id, as_of_date from marts.published_snapshot"
    ) == [("run1", AS_OF)]


def test_a_mart_that_is_a_view_is_published_as_a_table(warehouse: Path, tmp_path: Path) -> None:
    published(warehouse, tmp_path, "run1")
    file = tmp_path / "published" / "marts.duckdb"
    assert rows(file, "select grade from mart_scorecard") == [("A",)]
    assert rows(file, "select count(*) from duckdb_views() where not internal") == [(0,)]


def test_core_and_unlisted_tables_stay_inside_when_published(
    warehouse: Path, tmp_path: Path
) -> None:
    published(warehouse, tmp_path, "run1")
    tables = rows(
        tmp_path / "published" / "marts.duckdb",
        "select schema_name || '.' || table_name from duckdb_tables()",
    )
    names = {str(name) for (name,) in tables}
    assert "ml.model_metrics" in names
    assert not names & {"core.fct_feedback", "ml.secret_workings", "main.int_steps"}


def test_personal_columns_are_masked_when_tagged(warehouse: Path, tmp_path: Path) -> None:
    published(warehouse, tmp_path, "run1")
    link = tmp_path / "published"
    masked = rows(
        link / "marts.duckdb", "select customer_id, email from marts.mart_churn_risk order by 1"
    )
    assert masked == [
        ("c1", "a***@example.com"), ("c2", "b***@example.com"), ("c3", None),
        ("c4", "[withheld]"),
    ]  # fmt: skip
    for file in (link / "activation").iterdir():
        assert "a@example.com" not in file.read_text()
    assert not (link / "restricted").exists()


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "Ada O'Neill-Marsh", "A. O."),
        ("email", "ada@mail.example.org", "a***@mail.example.org"),
        ("phone", "+44 20 7946 0958", "***58"),
        ("comment", "call me", "[comment]"),
        ("other", "1980-02-03", "[withheld]"),
        ("name", None, None),
        ("phone", None, None),
        ("comment", None, None),
    ],
)
def test_a_value_is_masked_by_its_kind(kind: str, value: str | None, shown: str | None) -> None:
    select = f"select {publish.masked_columns({'value': kind})} from (select ? as value)"
    assert duckdb.execute(select, [value]).fetchall() == [(shown,)]


def test_nothing_is_published_when_a_kind_has_no_mask() -> None:
    with pytest.raises(ValueError, match="personal_data iris has no mask; it is one of name, "):
        publish.masked_columns({"eye": "iris"})


def test_restricted_set_is_whole_and_for_its_owner_alone_when_asked_for(
    warehouse: Path, tmp_path: Path
) -> None:
    published(warehouse, tmp_path, "run1", restricted=True)
    path = tmp_path / "published" / "restricted" / "marts.duckdb"
    assert rows(path, "select email from mart_churn_risk where customer_id = 'c1'") == [
        ("a@example.com",)
    ]
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_scores_of_those_who_object_stay_inside_when_published(
    warehouse: Path, tmp_path: Path
) -> None:
    published(warehouse, tmp_path, "run1")
    folder = tmp_path / "published" / "activation"
    scores = list(csv.DictReader((folder / "churn_scores.csv").read_text().splitlines()))
    assert [row["customer_id"] for row in scores] == ["c1", "c4"]
    manifest = json.loads((folder / "manifest.json").read_text())
    suppressed = [
        (file["rows_suppressed"], file["suppressed_because_of"]) for file in manifest["files"]
    ]
    assert suppressed == [(1, "profiling"), (0, "profiling"), (0, None)]


def test_manifest_agrees_with_files_when_published(warehouse: Path, tmp_path: Path) -> None:
    published(warehouse, tmp_path, "run1")
    folder = tmp_path / "published" / "activation"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["as_of"] == "2026-06-30"
    assert {file["file"]: file["rows"] for file in manifest["files"]} == {
        "churn_scores.csv": 2,
        "upsell_scores.csv": 1,
        "case_queue.csv": 1,
    }
    for file in manifest["files"]:
        content = (folder / file["file"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        parsed = list(csv.reader(content.decode().splitlines()))
        assert parsed[0] == file["columns"]
        assert len(parsed) - 1 == file["rows"]


def test_formula_is_made_inert_when_a_cell_begins_like_one(warehouse: Path, tmp_path: Path) -> None:
    published(warehouse, tmp_path, "run1")
    text = (tmp_path / "published" / "activation" / "churn_scores.csv").read_text()
    assert "'=cmd()" in text
    assert ",=cmd()" not in text


def test_readers_keep_the_old_set_when_a_run_dies_while_publishing(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(warehouse, tmp_path, "run1")
    link = tmp_path / "published"

    def die(*_arguments: object, **_keywords: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "write_activation", die)
        with pytest.raises(KeyboardInterrupt):
            published(warehouse, tmp_path, "run2")
    assert rows(link / "marts.duckdb", "select run_id from marts.published_snapshot") == [("run1",)]
    assert (link / "activation" / "manifest.json").exists()

    published(warehouse, tmp_path, "run3")
    assert rows(link / "marts.duckdb", "select run_id from marts.published_snapshot") == [("run3",)]


def test_open_reader_finishes_on_its_set_when_another_is_published(
    warehouse: Path, tmp_path: Path
) -> None:
    published(warehouse, tmp_path, "run1")
    path = str(tmp_path / "published" / "marts.duckdb")
    with duckdb.connect(path, read_only=True) as reader:
        published(warehouse, tmp_path, "run2")
        published(warehouse, tmp_path, "run3")
        found = reader.execute("select count(*) from marts.mart_churn_risk").fetchone()
    assert found == (4,)


def test_only_the_newest_snapshots_stay_when_many_are_published(
    warehouse: Path, tmp_path: Path
) -> None:
    for number in range(4):
        published(warehouse, tmp_path, f"run{number}")
    kept = {path.name for path in (tmp_path / "snapshots").iterdir()}
    assert kept == {"run2", "run3"}


def test_a_real_folder_is_never_replaced_when_it_stands_in_the_way(
    warehouse: Path, tmp_path: Path
) -> None:
    (tmp_path / "published").mkdir()
    with pytest.raises(FileExistsError, match="move it away"):
        published(warehouse, tmp_path, "run1")
