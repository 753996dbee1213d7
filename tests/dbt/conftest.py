"""Small warehouses in which single dbt models can be tried against an oracle.

A test asks ``make_warehouse`` for a warehouse, puts literal rows into the relations above the model
under test, builds that model and reads the result::

    def test_stage_is_the_furthest_when_visits_go_back(make_warehouse):
        warehouse = make_warehouse()
        warehouse.put("core.fct_interactions", [
            {"interaction_id": "a:1", "customer_id": "c1", "touchpoint_id": "renewal",
             "occurred_at": datetime(2025, 1, 1), "source_name": "a"},
        ])
        warehouse.build("fct_customer_stages")
        assert warehouse.rows("select stage_id from core.fct_customer_stages") == [("loyalty",)]

How it works, and what it asks of you:

- The project is parsed once a session, with no sources, and so is every template: a database with
  the seeds and the models of one selection (by default ``path:models/core``), all of them empty.
  ``make_warehouse("path:models/core path:models/marts/voice")`` gives another template; each
  distinct selection costs one dbt run of some seconds, each warehouse only a copy of the file.
- ``put`` inserts by column name into an existing relation and leaves the other columns null, so the
  types are the model's own and a misspelt column is an error. A view is replaced by a table.
- ``build`` runs the models of a dbt selection, and only those: name the models below the rows you
  put, for dbt would otherwise rebuild (and empty) them. dbt tests are not run; ``test`` runs them.
- Variables of the project go to ``make_warehouse`` as ``variables={"inactivity_days": 90}``.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from dbt.adapters.duckdb import environments
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

# For a model in Python the adapter opens an event loop in its thread and never closes it, which our
# warnings-as-errors would blame on whatever test runs next. Our models need none.
environments._ensure_event_loop = lambda: None

PROJECT_DIR = Path(__file__).resolve().parents[2] / "dbt_project"
AS_OF = date(2026, 6, 30)
CORE = "path:models/core"


def copied(manifest: Manifest | None) -> Manifest | None:
    """Copy a manifest; dbt copies by position and skips a field, so the look-ups are made anew."""
    duplicate = copy.deepcopy(manifest)
    if duplicate is not None:
        duplicate.fixtures = {}
        for name in vars(duplicate):
            if name.endswith("_lookup"):
                setattr(duplicate, name, None)
    return duplicate


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the time of the block; dbt profiles read them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def database_in(directory: Path) -> Path:
    """Give a database's path; the file's name is the same everywhere, for parsing keeps it."""
    directory.mkdir()
    return directory / "warehouse.duckdb"


@dataclass(kw_only=True)
class DbtProject:
    """The parsed project and the templates made of it."""

    directory: Path
    manifest: Manifest | None = None
    templates: dict[str, Path] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def invoke(self, database: Path, *arguments: str, variables: Mapping[str, object]) -> Any:
        """Run one dbt command on a database and give dbt's result; raise with its own messages."""
        settings = {
            "THROUGHLINE_WAREHOUSE": str(database),
        }
        command = [
            *arguments,
            "--project-dir", str(PROJECT_DIR),
            "--profiles-dir", str(PROJECT_DIR),
            "--target-path", str(self.directory / "target"),
            "--log-path", str(self.directory / "logs"),
            "--log-level", "none",
            "--no-write-json",
            "--vars", json.dumps(dict(variables), default=str),
        ]  # fmt: skip
        # Compiling writes into the manifest; each run gets its own, parsed once.
        manifest = copied(self.manifest)
        with environment(settings), warnings.catch_warnings():
            # Warnings are errors in our tests, but these are dbt's own and not ours to mend.
            warnings.simplefilter("ignore")
            outcome = dbtRunner(manifest=manifest).invoke(command)
        if not outcome.success:
            results = getattr(outcome.result, "results", [])
            failures = [
                f"{result.node.name}: {result.message}"
                for result in results
                if result.status in {"error", "fail", "runtime error"}
            ]
            message = "\n".join(failures) or str(outcome.exception)
            raise AssertionError(f"dbt {' '.join(arguments)} failed\n{message}")
        if self.manifest is None and isinstance(outcome.result, Manifest):
            self.manifest = outcome.result
        return outcome.result

    def template(self, select: str) -> Path:
        """Give the database with seeds and the empty models of one selection."""
        if select not in self.templates:
            # One that fails must not stand in the way of the next.
            path = database_in(self.directory / f"template_{next(self.numbers)}")
            nothing = {"as_of": AS_OF}
            self.invoke(path, "seed", variables=nothing)
            self.invoke(path, "run", "--select", *select.split(), variables=nothing)
            # The copies take the file alone, so nothing may be left beside it.
            with duckdb.connect(str(path)) as connection:
                connection.execute("checkpoint")
            self.templates[select] = path
        return self.templates[select]


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """One test's own warehouse."""

    path: Path
    project: DbtProject
    variables: Mapping[str, object]

    def put(self, relation: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert literal rows by column name; columns not named stay null."""
        schema, name = relation.split(".")
        columns = list(dict.fromkeys(column for row in rows for column in row))
        table = pa.table({column: [row.get(column) for row in rows] for column in columns})
        with duckdb.connect(str(self.path)) as connection:
            kind = connection.execute(
                "select table_type from information_schema.tables"
                " where table_schema = ? and table_name = ?",
                [schema, name],
            ).fetchone()
            assert kind is not None, f"no relation {relation} in this template"
            if kind[0] == "VIEW":
                connection.execute(f"create temp table shape as select * from {relation} limit 0")
                connection.execute(f"drop view {relation}")
                connection.execute(f"create table {relation} as select * from shape")
            if rows:
                connection.register("literal_rows", table)
                connection.execute(f"insert into {relation} by name select * from literal_rows")

    def relation(self, relation: str) -> None:
        """Create an empty mart from its contract, to stand in for one that is not built here."""
        schema, name = relation.split(".")
        assert self.project.manifest is not None
        (node,) = (n for n in self.project.manifest.nodes.values() if n.name == name)
        columns = ", ".join(f"{c.name} {c.data_type}" for c in node.columns.values())
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {relation} ({columns})")

    def clear(self, relation: str) -> None:
        """Empty a relation, a seed for instance, before rows of one's own are put into it."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"delete from {relation}")

    def build(self, select: str, *, increment: bool = False) -> None:
        """Run the models of a dbt selection, and no others; as a whole, or what changed alone."""
        whole = () if increment else ("--full-refresh",)
        self.project.invoke(
            self.path, "run", *whole, "--select", *select.split(), variables=self.variables
        )

    def test(self, select: str) -> None:
        """Run the data tests of a dbt selection; a failing one raises."""
        self.project.invoke(
            self.path, "test", "--select", *select.split(), variables=self.variables
        )

    def compile(self, sql: str) -> str:
        """Give SQL with the project's macros spelled out, to try a macro by itself."""
        outcome = self.project.invoke(
            self.path, "compile", "--inline", sql, variables=self.variables
        )
        return str(outcome.results[0].node.compiled_code)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def frame(self, sql: str) -> pd.DataFrame:
        """Give the result of a query as a frame."""
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql).df()


MakeWarehouse = Callable[..., Warehouse]


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Parse the project once."""
    directory = tmp_path_factory.mktemp("dbt")
    project = DbtProject(directory=directory)
    project.invoke(database_in(directory / "parse"), "parse", variables={"as_of": AS_OF})
    return project


@pytest.fixture
def make_warehouse(dbt_project: DbtProject, tmp_path: Path) -> MakeWarehouse:
    """Give a maker of warehouses: ``make_warehouse(select=..., as_of=..., variables=...)``."""
    made: list[Path] = []

    def make(
        select: str = CORE,
        *,
        as_of: date = AS_OF,
        variables: Mapping[str, object] | None = None,
    ) -> Warehouse:
        path = database_in(tmp_path / f"warehouse_{len(made)}")
        shutil.copyfile(dbt_project.template(select), path)
        made.append(path)
        chosen = {"as_of": as_of, **(variables or {})}
        return Warehouse(path=path, project=dbt_project, variables=chosen)

    return make
