"""Records of runs: one run a day, kept in files, brought back into a rebuilt warehouse."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data_quality.records import RunLine, load_records, prepare_records, write_records

DAY = date(2026, 6, 30)


def line(run_id: str, day: date = DAY) -> RunLine:
    return RunLine(run_id=run_id, as_of=day, comparable="crm")


def write(
    connection: duckdb.DuckDBPyConnection, folder: Path, run: RunLine, *figures: float, step: str
) -> None:
    frame = pd.DataFrame(
        [("core.answers", "rows", "", "", figure) for figure in figures],
        columns=["table_name", "measure", "column_name", "category", "figure"],
    )
    write_records(connection, folder, "table_profiles", frame, line=run, step=step)
    load_records(connection, folder)


def kept(connection: duckdb.DuckDBPyConnection) -> list[tuple[date, str, float]]:
    return connection.execute(
        "select as_of_date, run_id, figure from quality.table_profiles order by all"
    ).fetchall()


def test_steps_of_a_run_add_up_and_a_repeated_step_takes_its_place(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write(connection, tmp_path, line("r1"), 1, step="raw")
        write(connection, tmp_path, line("r1"), 2, step="core")
        write(connection, tmp_path, line("r1"), 3, step="raw")
        assert kept(connection) == [(DAY, "r1", 2.0), (DAY, "r1", 3.0)]


def test_another_run_for_a_day_takes_its_place_whole(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write(connection, tmp_path, line("r1"), 1, step="raw")
        write(connection, tmp_path, line("r1"), 2, step="core")
        write(connection, tmp_path, line("r2"), 3, step="raw")
        assert kept(connection) == [(DAY, "r2", 3.0)]


def test_history_comes_back_when_the_warehouse_is_built_anew(tmp_path: Path) -> None:
    days = [DAY - timedelta(days=back) for back in (2, 1, 0)]
    with duckdb.connect() as connection:
        for number, day in enumerate(days):
            write(connection, tmp_path, line(f"r{number}", day), number, step="raw")
        before = kept(connection)
    with duckdb.connect() as connection:
        load_records(connection, tmp_path)
        assert kept(connection) == before
        assert len(before) == 3


def test_only_changed_days_are_read_again(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write(connection, tmp_path, line("r0", DAY - timedelta(days=1)), 1, step="raw")
        # A mark that would go if the day were read again.
        connection.execute("update quality.table_profiles set figure = 99")
        write(connection, tmp_path, line("r1"), 2, step="raw")
        assert [figure for _, _, figure in kept(connection)] == [99.0, 2.0]


def test_tables_of_an_earlier_shape_are_made_anew(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        write(connection, tmp_path, line("r1"), 1, step="raw")
        connection.execute("alter table quality.table_profiles drop column category")
        load_records(connection, tmp_path)
        assert kept(connection) == [(DAY, "r1", 1.0)]


def test_unknown_columns_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"table_name": ["core.answers"], "colour": ["red"]})
    with duckdb.connect() as connection, pytest.raises(KeyError, match="no column colour"):
        write_records(connection, tmp_path, "table_profiles", frame, line=line("r1"), step="raw")


def test_the_scorecard_finds_its_columns_in_the_records() -> None:
    macro = Path("dbt_project/macros/prepare_quality_records.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        prepare_records(connection)
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'quality'"
        ).fetchall()
    for table in ("expectation_results", "table_measures", "held_batches", "mart_lineage"):
        named = macro.split(f"'{table}': [")[1].split("]")[0]
        wanted = {part.split()[0].strip("'") for part in named.split(",") if part.strip()}
        assert wanted <= {column for name, column in columns if name == table}
