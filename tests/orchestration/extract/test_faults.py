"""A load that is killed leaves whole files, and the next one ends where an unbroken one would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.extract import ledger, loader
from orchestration.extract.ledger import FileLoad, LedgerError
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    RECEIVED_AT,
    Bench,
    assert_ledger_adds_up,
)

KILLED_LOAD = """
import os, signal, sys
from pathlib import Path
import duckdb
from orchestration.extract import ledger, loader
from tests.orchestration.extract.conftest import ANSWERS, RECEIVED_AT

records = 0
record = ledger.record

def record_or_die(*arguments):
    global records
    record(*arguments)
    records += 1
    if records == 2:
        os.kill(os.getpid(), signal.SIGKILL)

ledger.record = record_or_die
with duckdb.connect(sys.argv[1]) as connection:
    loader.load_stream(connection, ANSWERS, Path(sys.argv[2]), received_at=RECEIVED_AT)
"""


def put_files(bench: Bench) -> None:
    for number in range(4):
        rows = "".join(
            f"s{number}{row},{row},2026-01-0{number + 1} 10:00:00,x\n" for row in range(12)
        )
        bench.put(f"{number}.csv", HEADER + rows + "s00,0,2026-01-01 10:00:00,x\n")


def unbroken(tmp_path: Path, landing: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(tmp_path / "unbroken.duckdb")) as connection:
        other = Bench(landing=landing, connection=connection)
        other.load()
        return other.everything()


def test_rerun_gives_the_unbroken_tables_when_a_load_was_killed(
    bench: Bench, tmp_path: Path
) -> None:
    put_files(bench)
    database = tmp_path / "killed.duckdb"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_LOAD, str(database), str(bench.landing)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with duckdb.connect(str(database)) as connection:
        survivor = Bench(landing=bench.landing, connection=connection)
        assert survivor.rows("select file_name from quality.load_ledger") == [("0.csv",)]
        assert_ledger_adds_up(survivor)
        survivor.load()
        assert survivor.everything() == unbroken(tmp_path, bench.landing)


def test_rerun_gives_the_unbroken_tables_when_a_load_was_interrupted(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(bench)
    record = ledger.record

    def interrupted(*arguments: object) -> None:
        if arguments[1].file_name == "2.csv":  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        record(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "record", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bench.load()
    assert len(bench.rows("select 1 from quality.load_ledger")) == 2
    assert_ledger_adds_up(bench)
    bench.load()
    assert bench.everything() == unbroken(tmp_path, bench.landing)


def test_nothing_is_kept_when_rows_are_unaccounted_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(bench)
    monkeypatch.setattr(ledger, "quarantine_faults", lambda *_: 5)
    with pytest.raises(LedgerError, match=r"13 rows in, but 11 loaded \+ 5 quarantined \+ 1 dup"):
        bench.load()
    assert bench.loaded_ids() == []
    assert bench.rows("select 1 from quality.load_ledger") == []


def test_a_load_that_does_not_add_up_cannot_be_stated() -> None:
    with pytest.raises(LedgerError, match="nothing of the file was kept"):
        FileLoad(file_name="a", status="loaded", rows_in=3, rows_loaded=1)


def test_temporary_copies_are_gone_when_a_load_is_over(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill = tmp_path / "spill"
    bench.connection.execute(f"set temp_directory = '{spill}'")
    bench.put("a.csv", (HEADER + "s1,1,2026-01-01,x\n").encode("utf-16"))
    seen: list[Path] = []
    monkeypatch.setattr(loader, "_keep", lambda *_: seen.extend(spill.glob("*/*")) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        loader.load_stream(
            bench.connection,
            loader.StreamContract(**{**vars(ANSWERS), "encoding": "utf-16"}),
            bench.landing,
            received_at=RECEIVED_AT,
        )
    assert [path.name for path in seen] == ["text"]
    assert list(spill.glob("*")) == []
