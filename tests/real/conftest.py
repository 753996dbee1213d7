"""Whole runs on real public data, once a session each, through the command that users type."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A run that has ended well, and the files it was made from."""

    landing: Path
    home: Path
    output: str

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Give the rows of a query on the warehouse, which is opened for reading only."""
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def row(self, sql: str, *parameters: object) -> tuple[Any, ...]:
        """Give the only row of a query."""
        (row,) = self.rows(sql, *parameters)
        return row

    def landed(self, file_name: str) -> list[dict[str, str]]:
        """Read a landed file with Python's own reader, every value as text."""
        with gzip.open(self.landing / file_name, "rb") as packed:
            text = packed.read().decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))


Finish = Callable[[str, str, date], FinishedRun]


@pytest.fixture(scope="session")
def finish_run(tmp_path_factory: pytest.TempPathFactory) -> Finish:
    """Give a function that runs one source on one folder of the public data."""

    def finish(source: str, folder: str, as_of: date) -> FinishedRun:
        landing = DATA / folder
        if not landing.is_dir():
            pytest.skip(
                f"public data is not here: put it into {landing.relative_to(REPOSITORY.parent)} "
                f"beside the repository to run the tests on {source}"
            )
        home = tmp_path_factory.mktemp(f"home_{source}")
        command = [
            sys.executable, "-m", "orchestration.cli", "run",
            "--source", source, "--landing", str(landing),
            "--as-of", as_of.isoformat(), "--home", str(home),
        ]  # fmt: skip
        ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        output = ended.stdout + ended.stderr
        assert ended.returncode == 0, output[-4000:]
        return FinishedRun(landing=landing, home=home, output=output)

    return finish


def moment(text: str, layout: str, zone: str) -> datetime | None:
    """Read a local time as the naive UTC time that the warehouse holds; nothing for no text.

    An hour that the clocks repeat in autumn is taken for its second pass, as the engine does.
    """
    if not text:
        return None
    local = datetime.strptime(text, layout).replace(tzinfo=ZoneInfo(zone), fold=1)
    return local.astimezone(UTC).replace(tzinfo=None)
