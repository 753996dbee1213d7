"""The register of ids grows by what is new, and a run that is killed leaves it whole."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import load_stream
from orchestration.identity_register import COLUMNS, FOLDER, append_events
from orchestration.settings import IDENTITY_REGISTER, PROJECT_DIR, STAGING_DIR

MORNING = datetime(2026, 6, 1, 6, 0, 0, 250)
NEXT_DAY = datetime(2026, 6, 2, 6, 0)


def event(identifier: str, *, is_new: bool, what: str = "issued") -> dict[str, object]:
    return {
        "entity": "customer",
        "identifier": identifier,
        "event": what,
        "current_identifier": identifier,
        "record_kind": "account",
        "record_source_name": "shop",
        "record_id": f'ré"c,{identifier}',
        "effective_on": date(2026, 6, 1),
        "recorded_at": None if is_new else MORNING,
        "reason": "first seen",
        "is_new": is_new,
    }


def history(*events: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(events))


def files(landing: Path) -> list[str]:
    return sorted(path.name for path in (landing / FOLDER).iterdir())


def registered(landing: Path, received_at: datetime = NEXT_DAY) -> list[tuple[object, ...]]:
    """Return what the loader reads back by the register's contract, nothing set aside."""
    (source,) = (s for s in read_contracts(STAGING_DIR) if s.name == IDENTITY_REGISTER)
    with duckdb.connect() as connection:
        connection.execute("load icu; set TimeZone = 'UTC'; create schema raw")
        load_stream(connection, source.streams[0], landing, received_at=received_at)
        assert connection.execute("select * from quality.quarantine").fetchall() == []
        return connection.execute(
            f"select {', '.join(COLUMNS)} from raw.identity_register__identifier_events "
            "order by all"
        ).fetchall()


def test_only_what_is_new_is_appended_and_earlier_files_stay(tmp_path: Path) -> None:
    first = append_events(history(event("c1", is_new=True)), tmp_path, recorded_at=MORNING)
    assert first.file is not None
    before = first.file.read_bytes()
    second = append_events(
        history(event("c1", is_new=False), event("c2", is_new=True), event("c0", is_new=True)),
        tmp_path,
        recorded_at=NEXT_DAY,
    )
    assert (first.rows, second.rows) == (1, 2)
    assert first.file.read_bytes() == before
    assert len(files(tmp_path)) == 2
    assert [(row[1], row[8]) for row in registered(tmp_path)] == [
        ("c0", NEXT_DAY), ("c1", MORNING), ("c2", NEXT_DAY),
    ]  # fmt: skip


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    append_events(history(event("c1", is_new=True)), tmp_path, recorded_at=MORNING)
    assert registered(tmp_path) == [
        ("customer", "c1", "issued", "c1", "account", "shop", 'ré"c,c1', date(2026, 6, 1),
         MORNING, "first seen"),
    ]  # fmt: skip


def test_nothing_is_written_when_nothing_is_new(tmp_path: Path) -> None:
    written = append_events(history(event("c1", is_new=False)), tmp_path, recorded_at=MORNING)
    assert (written.rows, written.file) == (0, None)
    assert list(tmp_path.iterdir()) == []


def test_the_same_run_again_changes_nothing_whatever_the_order(tmp_path: Path) -> None:
    events = [event("c1", is_new=True), event("c2", is_new=True)]
    once = append_events(history(*events), tmp_path, recorded_at=MORNING)
    again = append_events(history(*reversed(events)), tmp_path, recorded_at=MORNING)
    assert again == once
    assert len(files(tmp_path)) == 1
    # A step that is retried alone has not read the first file: another one tells the same.
    append_events(history(*events), tmp_path, recorded_at=NEXT_DAY)
    assert sorted({row[1] for row in registered(tmp_path)}) == ["c1", "c2"]


def test_a_file_of_the_same_name_with_other_content_is_never_replaced(tmp_path: Path) -> None:
    written = append_events(history(event("c1", is_new=True)), tmp_path, recorded_at=MORNING)
    assert written.file is not None
    written.file.write_text("altered by hand\n")
    with pytest.raises(FileExistsError, match="never change"):
        append_events(history(event("c1", is_new=True)), tmp_path, recorded_at=MORNING)
    assert written.file.read_text() == "altered by hand\n"


KILLED = """
import os, sys
from datetime import date, datetime
from pathlib import Path
sys.path.insert(0, {root!r})
from orchestration.identity_register import append_events
from tests.orchestration.test_identity_register import MORNING, event, history
{kill}
append_events(history(event("c1", is_new=True)), Path({landing!r}), recorded_at=MORNING)
"""
BETWEEN = "os.rename = lambda *_: os._exit(9)"
HALF_WAY = (
    "Path.write_bytes = lambda path, content: (open(path, 'wb').write(content[:40]), os._exit(9))"
)


@pytest.mark.parametrize("kill", [BETWEEN, HALF_WAY])
def test_a_run_killed_before_the_renaming_is_as_if_it_had_not_written(
    tmp_path: Path, kill: str
) -> None:
    script = KILLED.format(root=str(PROJECT_DIR), landing=str(tmp_path), kill=kill)
    finished = subprocess.run([sys.executable, "-c", script], check=False)
    assert finished.returncode == 9
    assert [Path(name).suffix for name in files(tmp_path)] == [".part"]
    assert registered(tmp_path) == []
    # The next run sees the same events as new, at its own moment, and leaves no half behind.
    append_events(history(event("c1", is_new=True)), tmp_path, recorded_at=NEXT_DAY)
    assert [Path(name).suffix for name in files(tmp_path)] == [".csv"]
    assert [row[1] for row in registered(tmp_path)] == ["c1"]
