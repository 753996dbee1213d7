"""One real run of the demo company, the way a new user makes it, shared by the whole session."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
# Large enough for the planted truths to stand out, small enough for a minute or two.
CUSTOMERS = 1000
AS_OF = date(2026, 6, 30)
# What tells one run from another though their data are the same: its name, its moments, its speed.
RUN_COLUMNS = ("run_id", "received_at", "validated_at")
# Tables about runs: a second run finds the file in which the first wrote down its ids, and one more
# day of history to judge by.
TABLES_ABOUT_RUNS = (
    "main.mart_quality_scorecard",
    "quality.expectation_results",
    "quality.load_ledger",
)


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A home in which `make run` has ended, and what it printed."""

    home: Path
    output: str
    customers: int

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the published marts, as a BI tool would."""
        path = self.home / "published" / "marts.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        """Return the one cell of a query on the published marts."""
        ((cell,),) = self.rows(query)
        return cell

    def warehouse_rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the warehouse itself, for what is not published."""
        path = self.home / "warehouse.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(query).fetchall()


def user_environment(home: Path) -> dict[str, str]:
    """Return the environment of a user who has set nothing but the home."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("THROUGHLINE", "DBT"))
    }
    return {**inherited, "THROUGHLINE_HOME": str(home)}


def mart_digests(home: Path) -> dict[str, tuple[int, str]]:
    """Rows and an order-free digest of every published table, forecasts included, to the last bit.

    Columns that tell runs apart, `RUN_COLUMNS`, are left out, and `TABLES_ABOUT_RUNS`.
    """
    path = home / "published" / "marts.duckdb"
    apart = ", ".join(f"'{column}'" for column in RUN_COLUMNS)
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, "
            "string_agg('\"' || column_name || '\"', ', ' order by column_index) "
            f"from duckdb_columns() where not internal and column_name not in ({apart}) "
            "group by 1 order by 1"
        ).fetchall()
        return {
            table: connection.execute(
                f"select count(*), coalesce(sum(hash({names})::hugeint), 0)::varchar from {table}"
            ).fetchall()[0]
            for table, names in columns
            if table not in TABLES_ABOUT_RUNS
        }


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """Run the README's first command on a small demo company."""
    home = tmp_path_factory.mktemp("demo") / "home"
    finished = subprocess.run(
        ["make", "run", f"CUSTOMERS={CUSTOMERS}"],  # noqa: S607
        cwd=ROOT,
        env=user_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    return FinishedRun(home=home, output=finished.stdout, customers=CUSTOMERS)
