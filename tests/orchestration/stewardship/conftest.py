"""A survey stream with bad rows, decisions about them as files, and an oracle in plain Python."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.extract.contracts import StreamContract, read_contracts
from orchestration.extract.loader import StreamLoad, load_stream
from orchestration.settings import STAGING_DIR
from orchestration.stewardship.decisions import Decision, write_decisions
from tests.orchestration.extract.conftest import column, contract

RECEIVED_AT = dt.datetime(2026, 7, 1, 6, 0)
DECIDED_AT = dt.datetime(2026, 7, 1, 9, 0)
HEADER = "answer_id,score,answered_at,channel,comment\n"
ANSWERS = contract(
    column("answer_id", required=True, pattern="[a-z][0-9]+"),
    column("score", "integer", minimum=0, maximum=10),
    column("answered_at", "timestamp", required=True, formats=("%d/%m/%Y %H:%M",)),
    column("channel", allowed=("web", "phone")),
    column("comment", personal_data="comment"),
    key=("answer_id",),
    timezone="Europe/Madrid",
)
STEWARDSHIP = next(source for source in read_contracts(STAGING_DIR) if source.name == "stewardship")
GOOD = "s1,9,02/01/2026 10:00,web,fine\n"
# One row per kind of fault, in the lines from 3 on.
BAD = (
    "s2,99,03/01/2026 10:00,web,range\n"
    "s3,5,04/01/2026 10:00,fax,allowed\n"
    "X,5,05/01/2026 10:00,web,pattern\n"
    "s5,5,06/01/2030 10:00,web,future\n"
    "s6,five,07/01/2026 10:00,web,type\n"
    ",5,08/01/2026 10:00,web,key\n"
    "s8,5\n"
    "s9,99,31/02/2026 10:00,fax,three faults\n"
    "s1,8,02/01/2026 10:00,phone,second s1\n"
)


@dataclass
class Company:
    """Landing folders and an open warehouse."""

    folder: Path
    connection: duckdb.DuckDBPyConnection
    clock: dt.datetime = DECIDED_AT
    stream: StreamContract = field(default=ANSWERS)

    @property
    def landing(self) -> Path:
        return self.folder / "survey"

    @property
    def stewardship(self) -> Path:
        return self.folder / "stewardship"

    def put(self, name: str, content: str) -> None:
        self.landing.mkdir(parents=True, exist_ok=True)
        (self.landing / name).write_text(content, encoding="utf-8")

    def run(self, received_at: dt.datetime = RECEIVED_AT) -> StreamLoad:
        """Do what a run does: the decisions first, then the stream."""
        for stream in STEWARDSHIP.streams:
            load_stream(self.connection, stream, self.stewardship, received_at=received_at)
        return load_stream(self.connection, self.stream, self.landing, received_at=received_at)

    def rebuilt(self) -> Company:
        """Run everything again on an empty warehouse, from the same landing."""
        other = Company(folder=self.folder, connection=duckdb.connect(), stream=self.stream)
        other.connection.execute("set TimeZone = 'UTC'")
        other.run(received_at=RECEIVED_AT + dt.timedelta(days=30))
        return other

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(parameters)).fetchall()

    def entry(self, line: int, file: str = "a.csv") -> dict[str, Any]:
        result = self.connection.execute(
            "select * from quality.quarantine where line_number = $1 and file_name = $2 "
            "order by status = 'superseded', received_at desc",
            [line, file],
        )
        names = [described[0] for described in result.description or []]
        row = result.fetchone()
        assert row is not None
        return dict(zip(names, row, strict=True))

    def about(self, kind: str, line: int, **values: str) -> Decision:
        """Make a decision about the quarantined row in a line, a minute after the last one."""
        found = self.entry(line)
        self.clock += dt.timedelta(minutes=1)
        return Decision(
            kind=kind,
            decided_at=self.clock,
            decided_by="ana",
            why="asked the source",
            corrected_values=values,
            **{
                name: found[name]
                for name in (
                    "quarantine_id", "row_mark", "source_name", "stream", "file_name",
                    "line_number",
                )
            },
        )  # fmt: skip

    def undo(self, decision: Decision) -> Decision:
        self.clock += dt.timedelta(minutes=1)
        return Decision(
            kind="undo",
            decided_at=self.clock,
            decided_by="ben",
            why="a mistake",
            undoes=decision.decision_id,
        )

    def decide(self, *decisions: Decision) -> None:
        write_decisions(self.stewardship, decisions)

    def statuses(self) -> dict[int, tuple[str, str | None]]:
        """Status, and why the row is open still, by line; superseded entries are left out."""
        return {
            line: (status, reason)
            for line, status, reason in self.rows(
                "select line_number, status, open_reason_code from quality.quarantine "
                "where source_name = 'survey' and status <> 'superseded'"
            )
        }

    def raw(self) -> list[tuple[Any, ...]]:
        """Rows of the raw table, without the load's id: it differs with the file's other rows."""
        return self.rows(
            "select * exclude (_load_id), starts_with(_load_id, 'decision:') "
            "from raw.survey__answers order by all"
        )

    def state(self) -> dict[str, Any]:
        """Everything that must be the same on a rebuilt warehouse."""
        return {
            "raw": self.rows("select * from raw.survey__answers order by all"),
            "decisions": self.rows(
                "select decision_id, state from quality.steward_decisions order by all"
            ),
            "quarantine": self.rows(
                "select * exclude (received_at) from quality.quarantine order by all"
            ),
        }


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield Company(folder=tmp_path, connection=connection)


def assert_all_rows_are_accounted_for(company: Company) -> None:
    """Recount every file from landing in plain Python and compare with raw and quarantine.

    Of each loaded file: rows in = rows loaded from it + duplicates + entries open, fixed, released,
    rejected and superseded; and raw holds the loaded rows and, beside them, the fixed and released.
    """
    ledger = company.rows(
        "select load_id, file_name, rows_in, rows_loaded, rows_duplicate "
        "from quality.load_ledger where source_name = 'survey' and status = 'loaded'"
    )
    entries = company.rows("select load_id, status, decision_id from quality.quarantine")
    raw = company.rows("select _load_id, _source_file, _source_line from raw.survey__answers")
    for load_id, file_name, rows_in, loaded, duplicate in ledger:
        mine = [status for entry_load, status, _ in entries if entry_load == load_id]
        assert rows_in == loaded + duplicate + len(mine)
        assert loaded == sum(raw_load == load_id for raw_load, _, _ in raw)
        is_latest = "superseded" not in mine
        if is_latest:
            text = (company.landing / file_name).read_text(encoding="utf-8")
            assert rows_in == sum(1 for row in csv.reader(io.StringIO(text)) if row) - 1
    settled = sorted(
        f"decision:{decision_id}"
        for _, status, decision_id in entries
        if status in ("fixed", "released")
    )
    assert sorted(load for load, _, _ in raw if load.startswith("decision:")) == settled
    balance = company.rows(
        "select rows_in = rows_loaded + rows_duplicate + rows_open + rows_fixed + rows_released "
        "+ rows_rejected + rows_superseded from quality.quarantine_balance"
    )
    assert all(adds_up for (adds_up,) in balance)
