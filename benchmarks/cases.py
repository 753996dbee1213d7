"""The cases: each does one piece of work on the prepared input, ours or the plainest known way."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from data_quality.catalogue import SQL_TYPE, list_suites
from data_quality.duckdb_engine import keep_duckdb_connections_open
from data_quality.profiles import profile_table
from data_quality.runner import validate
from data_quality.tables import TableSpec
from orchestration.extract.loader import load_stream
from orchestration.extract.shapes import ColumnContract, StreamContract

LOAD, CHECK = "load", "check"
PARTS = (LOAD, CHECK)
COLUMNS = (
    ColumnContract(name="event_id", type="string", required=True),
    ColumnContract(name="customer_id", type="string", required=True),
    ColumnContract(name="event_name", type="string", required=True),
    ColumnContract(name="occurred_at", type="timestamp", required=True),
    ColumnContract(name="duration_seconds", type="double", minimum=0),
    ColumnContract(name="amount", type="decimal"),
    ColumnContract(name="score", type="integer", minimum=0, maximum=10),
    ColumnContract(name="is_mobile", type="boolean"),
)
EVENTS = """
    select
        'e' || number as event_id,
        'c' || hash(number) % 50000 as customer_id,
        ['login', 'report', 'export', 'import'][1 + (hash(number, 'name') % 4)::bigint]
            as event_name,
        timestamp '2025-01-01' + to_seconds((hash(number, 'at') % 30000000)::bigint) as occurred_at,
        (hash(number, 'duration') % 100000) / 100.0 as duration_seconds,
        ((hash(number, 'amount') % 1000000) / 100.0)::decimal(18, 2) as amount,
        (hash(number, 'score') % 11)::bigint as score,
        hash(number, 'mobile') % 2 = 0 as is_mobile
    from range({rows}) as numbers (number)
"""
INTERACTIONS = """
    select
        event_id as interaction_id,
        customer_id,
        case event_name when 'login' then 'first_login' else 'product_use' end as touchpoint_id,
        event_name,
        'in_app' as channel_id,
        occurred_at,
        cast(null as timestamp) as ended_at,
        duration_seconds,
        cast(null as varchar) as session_id,
        false as is_time_inverted,
        'benchmark' as source_name
    from events
"""


def prepare(folder: Path, rows: int, parts: Sequence[str]) -> None:
    """Write the same events as CSV and Parquet for the part `LOAD`, as a table for `CHECK`."""
    target = str(folder / "checked.duckdb")
    with duckdb.connect(target, config={"threads": 2, "memory_limit": "2GB"}) as connection:
        connection.execute(f"create temp view events as {EVENTS.format(rows=rows)}")
        if LOAD in parts:
            for kind, options in (("csv", "header"), ("parquet", "format parquet")):
                (folder / kind).mkdir()
                connection.execute(f"copy events to '{folder}/{kind}/events.{kind}' ({options})")
        if CHECK in parts:
            connection.execute("create schema core")
            connection.execute(f"create table core.fct_interactions as {INTERACTIONS}")


def contract(file_format: str) -> StreamContract:
    """Return the contract under which the events are loaded."""
    return StreamContract(
        source_name="benchmark",
        name="events",
        description="Events of the benchmark.",
        files=f"events.{file_format}",
        format=file_format,
        key=("event_id",),
        columns=COLUMNS,
    )


def load_with_contract(folder: Path, file_format: str) -> None:
    """Load a file with contract, quarantine, duplicates and ledger."""
    target = folder / f"loaded_{file_format}.duckdb"
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target), config={"threads": 2, "memory_limit": "2GB"}) as connection:
        loaded = load_stream(
            connection,
            contract(file_format),
            folder / file_format,
            received_at=datetime(2026, 7, 1),  # noqa: DTZ001
        )
    if not loaded.rows_loaded or loaded.rows_quarantined:
        raise RuntimeError(f"the benchmark's own file was not loaded whole: {loaded.messages}")


def load_bare(folder: Path, file_format: str) -> None:
    """Load a file as DuckDB does by itself."""
    target = folder / f"bare_{file_format}.duckdb"
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target), config={"threads": 2, "memory_limit": "2GB"}) as connection:
        file = folder / file_format / f"events.{file_format}"
        connection.execute(f"create table events as from '{file}'")


def check_with_suite(folder: Path) -> None:
    """Validate the interactions against their suite."""
    validate(
        folder / "checked.duckdb",
        suites=["core_fct_interactions__integrity"],
        run_id="benchmark",
        validated_at=datetime(2026, 7, 1),  # noqa: DTZ001
    )


def check_in_bare_sql(folder: Path) -> None:
    """Answer the questions of the same suite by hand, each with one query."""
    table = "core.fct_interactions"
    offending = (
        "touchpoint_id = 'unmapped'",
        "touchpoint_id in ('unmapped')",
        "customer_id is null",
        "occurred_at < timestamp '2000-01-01'",
        "ended_at < occurred_at",
        "duration_seconds < 0 or duration_seconds > 604800",
    )
    suite = next(s for s in list_suites() if s.name == "core_fct_interactions__integrity")
    written = [
        rule.kwargs["unexpected_rows_query"].replace("{batch}", table)
        for rule in suite.expectations
        if rule.type == SQL_TYPE
    ]
    with duckdb.connect(str(folder / "checked.duckdb"), read_only=True) as connection:
        for condition in offending:
            connection.execute(
                f"select count(*), count(*) filter (where {condition}) from {table}"
            ).fetchone()
        for query in written:
            connection.execute(f"select count(*) from ({query})").fetchone()


def profile_interactions(folder: Path) -> None:
    """Measure the interactions of the newest month, from which the derived rules follow."""
    spec = TableSpec(
        table="core.fct_interactions",
        owner="benchmark",
        description="Interactions.",
        key=("interaction_id",),
        time_column="occurred_at",
        window_days=30,
    )
    with duckdb.connect(str(folder / "checked.duckdb")) as connection:
        if not profile_table(connection, spec, date(2025, 12, 31)):
            raise RuntimeError("the benchmark's own table gave no profile")


def import_only(_folder: Path) -> None:
    """Do nothing: what a process of these cases costs before its work."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Work to time, and the case that its ratio is taken against.

    ``before`` is done first and not timed, such as the start that a run pays once for all suites.
    """

    work: Callable[[Path], None]
    part: str
    compared_with: str
    before: Callable[[], None] | None = None


CASES: Mapping[str, Case] = {
    "start of a process": Case(work=import_only, part=CHECK, compared_with="start of a process"),
    "CSV, bare read": Case(
        work=lambda folder: load_bare(folder, "csv"), part=LOAD, compared_with="CSV, bare read"
    ),
    "CSV, contract and ledger": Case(
        work=lambda folder: load_with_contract(folder, "csv"),
        part=LOAD,
        compared_with="CSV, bare read",
    ),
    "Parquet, bare read": Case(
        work=lambda folder: load_bare(folder, "parquet"),
        part=LOAD,
        compared_with="Parquet, bare read",
    ),
    "Parquet, contract and ledger": Case(
        work=lambda folder: load_with_contract(folder, "parquet"),
        part=LOAD,
        compared_with="Parquet, bare read",
    ),
    "start of the checker": Case(
        work=lambda _: keep_duckdb_connections_open(), part=CHECK, compared_with="checks, bare SQL"
    ),
    "checks, bare SQL": Case(work=check_in_bare_sql, part=CHECK, compared_with="checks, bare SQL"),
    "checks, suite of expectations": Case(
        work=check_with_suite,
        part=CHECK,
        compared_with="checks, bare SQL",
        before=keep_duckdb_connections_open,
    ),
    "derived rules, profile": Case(
        work=profile_interactions, part=CHECK, compared_with="checks, bare SQL"
    ),
}


def main() -> None:
    """Run one case and print what it cost as JSON; the start of the process is left out."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    case = CASES[name]
    if case.before is not None:
        case.before()
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    case.work(folder)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "wall_seconds": wall,
                "cpu_seconds": max(cpu, 1e-3),
                "peak_megabytes": after.ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
