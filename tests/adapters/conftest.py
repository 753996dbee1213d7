"""One warehouse with every vendor adapter that this session tests.

A test module of an adapter names its source and writes that source's files::

    SOURCE = "delighted"

    def land(folder: Path) -> None:
        write_csv(folder / "responses" / "export.csv", ["ID", "Score"], [["1", "9"]])

    def test_score_is_an_answer(adapters: Adapters) -> None:
        assert adapters.rows("select score from core.fct_survey_answers") == [(9.0,)]

A module may also name rows that a company adds to the project's seeds, such as the questions of its
surveys, in ``SEEDS`` (``{"survey_questions": [{…}]}``), and dbt variables in ``VARIABLES``.

How it works: the modules collected in this session are asked for their files, which are loaded by
the real loader with the real contracts into one DuckDB file; then staging and core are built by dbt
once, with the sources of those modules switched on, and the tests of staging are run. What is
loaded, quarantined, warned of and built is then read by all tests. ``load_and_build`` does the same
for any list of sources and folder, should a test need a warehouse of its own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import StreamLoad, load_stream
from orchestration.settings import STAGING_DIR, Settings
from orchestration.warehouse import Warehouse
from tests.dbt.conftest import DbtProject

AS_OF = date(2026, 6, 30)
RECEIVED_AT = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
BUILT = ("path:models/staging", "path:models/core")
TESTED = (
    "path:models/staging",
    "assert_every_channel_is_known",
    "assert_every_event_has_a_touchpoint",
    "assert_every_survey_question_is_registered",
    "assert_every_scored_question_has_a_score",
)
VENDOR_SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "vendor_schemas"

Rows = list[tuple[Any, ...]]
Seeds = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True, kw_only=True)
class Adapters:
    """A built warehouse, and what loading and testing said.

    Attributes
    ----------
    loads
        What became of each stream's files, by raw table such as ``delighted__responses``.
    warnings
        Rows that dbt tests of severity "warn" found, by test; tests that found none are absent.
    """

    path: Path
    loads: Mapping[str, StreamLoad]
    warnings: Mapping[str, int]

    def rows(self, sql: str, *parameters: object) -> Rows:
        """Give the rows of a query on the warehouse."""
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def row(self, sql: str, *parameters: object) -> tuple[Any, ...]:
        """Give the only row of a query."""
        (row,) = self.rows(sql, *parameters)
        return row

    def quarantined(self, source: str, stream: str) -> list[tuple[str, str]]:
        """Give (column, reason code) of each quarantined row of a stream, sorted."""
        rows = self.rows(
            "select coalesce(column_name, ''), reason_code from quality.quarantine"
            " where source_name = ? and stream = ? order by all",
            source,
            stream,
        )
        return [(str(column), str(reason)) for column, reason in rows]


def load_and_build(
    sources: Sequence[str],
    landing: Path,
    home: Path,
    *,
    seeds: Sequence[Seeds] = (),
    variables: Mapping[str, object] | None = None,
) -> Adapters:
    """Load ``landing/<source>/…`` by the contracts and build staging and core on it."""
    settings = Settings(home=home, sources=tuple(sorted(sources)))
    warehouse = Warehouse.of(settings)
    loads = load(sources, landing, warehouse)
    chosen = json.loads(settings.dbt_vars(AS_OF)) | dict(variables or {})
    project = DbtProject(directory=home)
    project.invoke(warehouse.path, "parse", variables=chosen)
    project.invoke(warehouse.path, "seed", variables=chosen)
    # dbt holds the file open in this process, with settings that a second connection must share.
    with duckdb.connect(str(warehouse.path)) as connection:
        for added in seeds:
            for seed, rows in added.items():
                insert(connection, f"reference.{seed}", rows)
    project.invoke(warehouse.path, "run", "--select", *BUILT, variables=chosen)
    tested = project.invoke(warehouse.path, "test", "--select", *TESTED, variables=chosen)
    warnings = {
        result.node.name: int(result.failures) for result in tested.results if result.failures
    }
    return Adapters(path=warehouse.path, loads=loads, warnings=warnings)


def load(sources: Sequence[str], landing: Path, warehouse: Warehouse) -> dict[str, StreamLoad]:
    """Load every stream of the sources."""
    loads = {}
    with warehouse.connect() as connection:
        connection.execute("create schema if not exists raw")
        for source in read_contracts(STAGING_DIR):
            for stream in source.streams if source.name in sources else ():
                loads[stream.table_name] = load_stream(
                    connection, stream, landing / source.name, received_at=RECEIVED_AT
                )
    return loads


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]
) -> None:
    """Add literal rows to a table by column name."""
    for row in rows:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def merged(variables: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Put the variables of several modules together; mappings of one name are joined."""
    together: dict[str, object] = {}
    for mapping in variables:
        for name, value in mapping.items():
            known = together.get(name)
            if isinstance(known, dict) and isinstance(value, dict):
                value = {**known, **value}
            together[name] = value
    return together


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file as vendors do: a header, quotes where needed, CRLF, None as nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_json_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_json(path: Path, document: object) -> None:
    """Write one JSON document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")


def copy_replica(folder: Path, package: str, files: Mapping[str, str]) -> None:
    """Put a replication tool's sample tables where a source's contract looks for them.

    Nothing is copied where the samples are absent; tests that read them ask ``replica`` first.

    Parameters
    ----------
    folder
        Landing folder of the source.
    package
        Folder of the samples, such as ``dbt_zendesk``.
    files
        Sample file → path below ``folder``.
    """
    for sample, target in files.items():
        source = VENDOR_SCHEMAS / package / sample
        if source.is_file():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            (folder / target).write_bytes(source.read_bytes())


@pytest.fixture
def replica() -> None:
    """Skip a test that reads a replication tool's samples where there are none."""
    if not VENDOR_SCHEMAS.is_dir():
        pytest.skip(
            "sample tables of a replication tool are not here: put them into "
            "shared/data/vendor_schemas beside the repository to run this test"
        )


@pytest.fixture(scope="session")
def adapters(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Adapters:
    """Build the warehouse of all adapters whose test modules are in this session."""
    modules: dict[str, ModuleType] = {
        item.module.SOURCE: item.module
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item.module, "land")
    }
    landing = tmp_path_factory.mktemp("landing")
    for source, module in modules.items():
        module.land(landing / source)
    return load_and_build(
        sorted(modules),
        landing,
        tmp_path_factory.mktemp("adapters"),
        seeds=[getattr(module, "SEEDS", {}) for module in modules.values()],
        variables=merged([getattr(module, "VARIABLES", {}) for module in modules.values()]),
    )
