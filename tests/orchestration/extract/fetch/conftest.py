"""A real PostgreSQL in a temporary folder, and a bench to fetch from it and load what landed."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import psycopg
import pytest

from orchestration.extract.contracts import ColumnContract, StreamContract
from orchestration.extract.fetch.fetcher import FetchRequest, StreamFetch, fetch_stream
from orchestration.extract.fetch.plans import Plan, SqlPlan, Target
from orchestration.extract.fetch.secrets import Variable
from orchestration.extract.loader import StreamLoad, load_stream

# The newest server that the system's packages brought; the cluster is a private one.
BINARIES = max(
    Path("/usr/lib/postgresql").glob("*/bin"),
    key=lambda folder: int(folder.parent.name),
    default=Path("/usr/lib/postgresql/15/bin"),
)
FETCHED_AT = dt.datetime(2026, 7, 1, 6, 0)
PASSWORD = "s3cret/planted pass"  # noqa: S105  # planted, to be found where it must not be
VARIABLE = "SHOP_DATABASE_URL"


@dataclass(frozen=True)
class Database:
    """A database of a private cluster, reached through a socket in its own folder."""

    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql://reader:{quote(PASSWORD, safe='')}@/postgres?host={self.folder}"

    def execute(self, *statements: str) -> None:
        with psycopg.connect(
            f"host={self.folder} dbname=postgres user=postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)


def as_postgres(*command: str) -> list[str]:
    """Return the command as the server's own user: it refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else [*command]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Database]:
    if not (BINARIES / "postgres").exists():
        pytest.skip(f"PostgreSQL 15 or newer is not installed: {BINARIES} is absent")
    # A socket's path is limited to about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    run = {"check": True, "capture_output": True, "cwd": folder}
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c timezone=America/New_York"
    control = str(BINARIES / "pg_ctl")
    # Sorted as people do, which is not the order of Python's strings.
    order = ["-E", "UTF8", "--locale-provider=icu", "--icu-locale=en"]
    users = ["-A", "trust", "-U", "postgres"]
    subprocess.run(as_postgres(str(BINARIES / "initdb"), "-D", str(data), *users, *order), **run)
    start = as_postgres(control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w")
    subprocess.run([*start, "start"], **run)
    try:
        database = Database(folder)
        database.execute("create role reader login", "grant pg_read_all_data to reader")
        yield database
    finally:
        subprocess.run(
            as_postgres(control, "-D", str(data), "-m", "immediate", "-w", "stop"), **run
        )
        shutil.rmtree(folder)


@pytest.fixture
def database(cluster: Database) -> Database:
    cluster.execute("drop schema public cascade", "create schema public")
    return cluster


def column(name: str, kind: str = "string", **options: Any) -> ColumnContract:
    return ColumnContract(name=name, type=kind, **options)


ORDERS = StreamContract(
    source_name="shop",
    name="orders",
    files="orders/*.parquet",
    format="parquet",
    key=("order_id",),
    columns=(
        column("order_id", "integer", required=True),
        column("updated_at", "timestamp", required=True),
        column("amount", "decimal"),
    ),
)


def target(**options: Any) -> Target:
    given = {"source": "shop", "stream": "orders", "has_key": True, "backoff_seconds": 0.0}
    return Target(**{**given, **options})


def sql_plan(*, table: str | None = "orders", query: str | None = None, **options: Any) -> SqlPlan:
    own = {name: options.pop(name) for name in ("schema", "columns") if name in options}
    return SqlPlan(
        target=target(**options), url=Variable(name=VARIABLE), table=table, query=query, **own
    )


@dataclass
class Bench:
    """A home with landing, states and a warehouse."""

    home: Path
    connection: duckdb.DuckDBPyConnection
    environment: dict[str, str] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)

    @property
    def landing(self) -> Path:
        return self.home / "landing" / "shop"

    def fetch(self, plan: Plan, **options: Any) -> StreamFetch:
        fetched = self.try_fetch(plan, **options)
        assert fetched.error is None, fetched.error
        return fetched

    def try_fetch(self, plan: Plan, **options: Any) -> StreamFetch:
        request = FetchRequest(
            landing_dir=self.landing,
            state_dir=self.home / "fetch",
            environment=self.environment,
            fetched_at=FETCHED_AT,
            sleep=self.waited.append,
            **options,
        )
        return fetch_stream(plan, request)

    def load(self, contract: StreamContract = ORDERS) -> StreamLoad:
        return load_stream(self.connection, contract, self.landing, received_at=FETCHED_AT)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def landed(self, stream: str = "orders") -> list[tuple[Any, ...]]:
        """Every landed row of a stream of Parquet files."""
        pattern = self.landing / stream / "*.parquet"
        return self.rows(
            f"select * from read_parquet('{pattern}', union_by_name = true) order by all"
        )

    def files(self, stream: str = "orders") -> list[str]:
        return sorted(path.name for path in (self.landing / stream).iterdir())

    def everything_written(self) -> bytes:
        """All bytes and names below the home, unpacked where they are packed."""
        found = [str(path).encode() for path in self.home.rglob("*")]
        found += [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]
        return b"\n".join(found)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "landing" / "shop").mkdir(parents=True)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("load icu; set TimeZone = 'UTC'")
        yield Bench(home=tmp_path, connection=connection)


@pytest.fixture
def shop(bench: Bench, database: Database) -> Bench:
    bench.environment[VARIABLE] = database.url
    return bench


TABLE = (
    "create table orders (order_id bigint primary key, updated_at timestamptz, amount numeric(9,2))"
)


def insert(database: Database, *rows: tuple[int, str, float]) -> None:
    values = ", ".join(f"({number}, '{at}', {amount})" for number, at, amount in rows)
    database.execute(f"insert into orders values {values}")


@pytest.fixture
def orders(database: Database) -> Database:
    database.execute(TABLE)
    insert(
        database,
        (1, "2026-06-01 10:00+00", 10),
        (2, "2026-06-02 10:00+00", 20),
        (3, "2026-06-02 10:00+00", 30),
    )
    return database
