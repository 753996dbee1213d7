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
FORECAST_COLUMNS = {"model_version", "churn_probability_90d", "expected_loss_amount", "case_id"}


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
    """Rows and an order-free digest of every published table that no forecast enters.

    Features hold sums of fractions, whose last digits depend on the order in which threads add
    them, and a model's version is a digest of its features. Elsewhere fractions count to nine
    decimals for the same reason.
    """
    path = home / "published" / "marts.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, "
            "string_agg(case data_type when 'DOUBLE' then 'round(' || column_name || ', 9)' "
            "else column_name end, ', ' order by column_index) from duckdb_columns() "
            "where schema_name = 'main' and table_name <> 'published_snapshot' "
            "and not internal group by 1 order by 1"
        ).fetchall()
        return {
            table: connection.execute(
                f"select count(*), coalesce(sum(hash({names})::hugeint), 0)::varchar from {table}"
            ).fetchall()[0]
            for table, names in columns
            if not FORECAST_COLUMNS
            & set(names.replace("round(", "").replace(", 9)", "").split(", "))
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
