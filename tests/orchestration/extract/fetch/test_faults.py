"""Fetches that are killed, cut off or refused: they go on, lose nothing, double nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration.extract.fetch.landing import StreamLanding
from orchestration.extract.fetch.plans import SqlPlan
from orchestration.extract.fetch.sql_reader import BatchLoader
from orchestration.extract.fetch.state import StateFile
from tests.orchestration.extract.fetch.conftest import (
    PASSWORD,
    VARIABLE,
    Bench,
    Database,
    insert,
    sql_plan,
)

BY_CURSOR = sql_plan(cursor="updated_at", overlap=0, chunk_rows=2)
BY_KEY = sql_plan(chunk_rows=2)
IDS = [1, 2, 3, 4, 5]


class Killed(BaseException):
    """Stands for a process that is gone: nobody catches it."""


@pytest.fixture
def five(orders: Database) -> Database:
    insert(orders, (4, "2026-06-02 10:00+00", 40), (5, "2026-06-05 10:00+00", 50))
    return orders


def landed_ids(shop: Bench) -> list[int]:
    return [row[0] for row in shop.landed()]


def kill_at(number: int, monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    """Let the ``number``-th call of a method be the last thing that happens: half way, undone."""
    original = getattr(owner, method)
    calls = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise Killed
        return original(*arguments, **options)

    monkeypatch.setattr(owner, method, counted)


@pytest.mark.parametrize("plan", [BY_CURSOR, BY_KEY], ids=["by_cursor", "by_key"])
@pytest.mark.parametrize(("owner", "method"), [(StateFile, "write"), (Path, "rename")])
def test_each_row_lands_once_when_a_fetch_is_killed_at_any_step(
    shop: Bench, five: Database, plan: SqlPlan, owner: type, method: str
) -> None:
    kills = 0
    for step in range(1, 30):
        # Each home begins with nothing.
        home = Bench(
            home=shop.home / str(step), connection=shop.connection, environment=shop.environment
        )
        with pytest.MonkeyPatch.context() as patch:
            kill_at(step, patch, owner, method)
            try:
                home.fetch(plan)
            except Killed:
                kills += 1
            else:
                break
        home.fetch(plan)
        assert landed_ids(home) == IDS, step
        assert not list(home.landing.rglob("*.part"))
    assert kills >= 3


def test_fetch_goes_on_behind_the_last_whole_file_when_its_process_is_killed(
    shop: Bench, five: Database
) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from tests.orchestration.extract.fetch.conftest import Bench
        from tests.orchestration.extract.fetch.test_faults import BY_KEY

        rename, done = Path.rename, []

        def kill(path, to):
            done.append(rename(path, to))
            if len(done) == 2:
                os.kill(os.getpid(), signal.SIGKILL)

        Path.rename = kill
        environment = {{{VARIABLE!r}: {five.url!r}}}
        Bench(home=Path({str(shop.home)!r}), connection=None, environment=environment).fetch(BY_KEY)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert landed_ids(shop) == [1, 2, 3, 4]
    # What lies before the last whole file is not read again, whatever became of it.
    five.execute("update orders set amount = 99 where order_id = 1")
    assert shop.fetch(BY_KEY).rows == 1
    assert landed_ids(shop) == IDS


def test_fetch_is_tried_again_when_the_server_goes_away_half_way(
    shop: Bench, five: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, puts = StreamLanding.put, 0

    def cut(self: StreamLanding, *arguments: Any, **options: Any) -> None:
        nonlocal puts
        put(self, *arguments, **options)
        puts += 1
        if puts == 1:
            five.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'throughline'"
            )

    monkeypatch.setattr(StreamLanding, "put", cut)
    fetched = shop.fetch(BY_CURSOR)
    assert landed_ids(shop) == IDS
    assert len(shop.waited) == 1
    assert "connection was lost and is tried again" in fetched.messages[0]


def test_what_landed_stays_when_the_server_does_not_come_back(
    shop: Bench, five: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.fetch(BY_CURSOR)
    insert(five, (6, "2026-06-06 10:00+00", 60))
    shop.environment[VARIABLE] = f"postgresql://reader:{PASSWORD}@127.0.0.1:1/postgres"
    plan = sql_plan(cursor="updated_at", overlap=0, attempts=3, backoff_seconds=0.5)
    failed = shop.try_fetch(plan)
    assert failed.rows == 0
    assert f"the database that {VARIABLE} names cannot be reached" in str(failed.error)
    assert shop.waited == [0.5, 1.0]
    state = json.loads((shop.home / "fetch" / "shop" / "orders.json").read_text())
    assert state["last_success"]
    assert state["last_error"] == failed.error
    shop.environment[VARIABLE] = five.url
    assert shop.fetch(plan).rows == 1
    assert landed_ids(shop) == [*IDS, 6]


def test_wrong_password_is_not_tried_again_since_that_locks_accounts(
    shop: Bench, five: Database
) -> None:
    shop.environment[VARIABLE] = five.url.replace("reader", "nobody")
    failed = shop.try_fetch(BY_CURSOR)
    assert 'role "nobody" does not exist' in str(failed.error)
    assert shop.waited == []


def test_variable_is_named_when_it_is_not_set(shop: Bench, five: Database) -> None:
    del shop.environment[VARIABLE]
    assert f"the environment variable {VARIABLE} is not set" in str(shop.try_fetch(BY_CURSOR).error)


def test_numbers_go_on_behind_landed_files_when_the_state_is_lost(
    shop: Bench, five: Database
) -> None:
    shop.fetch(BY_CURSOR)
    before = shop.files()
    (shop.home / "fetch" / "shop" / "orders.json").unlink()
    shop.fetch(BY_CURSOR)
    assert set(before) < set(shop.files())
    (shop.home / "fetch" / "shop" / "orders.json").write_text("{}")
    assert "cannot be read" in str(shop.try_fetch(BY_CURSOR).error)


def test_second_fetch_is_refused_while_one_is_under_way(shop: Bench, five: Database) -> None:
    file = StateFile(path=shop.home / "fetch" / "shop" / "orders.json", label="shop.orders")
    with file.lock():
        assert "another fetch of it is under way" in str(shop.try_fetch(BY_CURSOR).error)


def test_no_secret_is_written_when_fetches_succeed_and_fail(
    shop: Bench, five: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    results, said = [shop.fetch(BY_CURSOR)], list[str]()
    for address in (
        five.url.replace("reader", "nobody"),
        f"postgresql://reader:{PASSWORD}@127.0.0.1:1/postgres",
        f"unknown://reader:{PASSWORD}@nowhere/postgres",
        PASSWORD,
    ):
        shop.environment[VARIABLE] = address
        results.append(shop.try_fetch(sql_plan(attempts=1)))

    for raised in (
        sa.exc.OperationalError("select", {}, Exception(f"no reader:{PASSWORD}@host")),
        sa.exc.ProgrammingError("select", {}, Exception(f"no reader:{PASSWORD}@host")),
        ValueError(f"a library that quotes {five.url}"),
    ):

        def leak(*_: object, error: Exception = raised) -> None:
            raise error

        monkeypatch.setattr(BatchLoader, "load_rows", leak)
        shop.environment[VARIABLE] = f"postgresql://reader:{PASSWORD}@/postgres?host={five.folder}"
        try:
            results.append(shop.try_fetch(sql_plan(attempts=1)))
        except RuntimeError as error:
            said.append("".join(traceback.format_exception(error)))
            assert "ValueError" in said[-1]
    assert [result.error is None for result in results] == [True] + [False] * 6
    assert len(said) == 1
    everything = "\n".join([*said, *map(repr, results), caplog.text])
    assert "***" in everything
    for secret in (PASSWORD, "s3cret", "planted%20pass"):
        assert secret not in everything
        assert secret.encode() not in shop.everything_written()
