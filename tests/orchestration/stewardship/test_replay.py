"""The same decisions give the same state: one by one, all at once, in files of any order or name.

An oracle in plain Python, which knows nothing of the SQL, says what the state must be.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.extract import stewardship
from orchestration.extract.decision_states import DECISION_COLUMNS, DECISIONS
from orchestration.stewardship.decisions import Decision, as_arrow
from tests.orchestration.stewardship.conftest import (
    ANSWERS,
    DECIDED_AT,
    GOOD,
    HEADER,
    Company,
    assert_all_rows_are_accounted_for,
)

COLUMNS = ("answer_id", "score", "answered_at", "channel", "comment")
BAD_ROWS = {
    3: ("s2", "99", "03/01/2026 10:00", "web", "range"),
    4: ("s3", "5", "04/01/2026 10:00", "fax", "allowed"),
    5: ("s6", "five", "07/01/2026 10:00", "web", "type"),
    6: ("s9", "99", "31/02/2026 10:00", "fax", "three faults"),
}
CORRECTIONS = (
    {"score": "9"},
    {"score": "-1"},
    {"channel": "phone"},
    {"channel": ""},
    {"answered_at": "28/02/2026 10:00"},
    {"answer_id": "s1"},
    {"answer_id": "s5", "score": "7", "channel": "web", "answered_at": "01/02/2026 00:30"},
)
# Kind, line, corrections, minute of the day, which earlier decision an undo means.
Step = tuple[str, int, dict[str, str], int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["fix", "fix", "fix", "release", "reject", "undo"]),
        st.sampled_from(sorted(BAD_ROWS)),
        st.sampled_from(CORRECTIONS),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=7,
)


def a_company(folder: str) -> Company:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    company = Company(folder=Path(folder), connection=connection)
    body = "".join(",".join(row) + "\n" for row in BAD_ROWS.values())
    company.put("a.csv", HEADER + GOOD + body)
    company.run()
    return company


def decisions_of(company: Company, drawn: Sequence[Step]) -> list[Decision]:
    """Make decisions of drawn steps; several may share a moment, and undos may precede others."""
    made: list[Decision] = []
    for kind, line, values, minute, which in drawn:
        moment = DECIDED_AT + dt.timedelta(minutes=minute)
        if kind == "undo":
            undoes = made[which % len(made)].decision_id if made else "d-nothing"
            made.append(
                Decision(kind=kind, decided_at=moment, decided_by="ben", why="no", undoes=undoes)
            )
        else:
            decision = company.about(kind, line, **(values if kind == "fix" else {}))
            made.append(replace(decision, decided_at=moment))
    return list({decision.decision_id: decision for decision in made}.values())


def expected(company: Company, decisions: Sequence[Decision]) -> tuple[dict[int, Any], set[Any]]:
    """Work out statuses by line, and the corrected rows, in plain Python."""
    kinds = {decision.decision_id: decision.kind for decision in decisions}
    undone = {d.undoes for d in decisions if d.kind == "undo" and kinds.get(d.undoes) != "undo"}
    statuses: dict[int, Any] = {}
    sound: list[tuple[Any, ...]] = []
    for line, read in BAD_ROWS.items():
        about = [d for d in decisions if d.line_number == line and d.decision_id not in undone]
        about.sort(key=lambda decision: (decision.decided_at, decision.decision_id))
        row, last = dict(zip(COLUMNS, read, strict=True)), None
        for decision in about:
            if decision.kind == "reject":
                row = dict(zip(COLUMNS, read, strict=True))
            row |= decision.corrected_values
            last = decision
        if last is None or last.kind == "reject":
            statuses[line] = ("open" if last is None else "rejected", None)
            continue
        broken = [fault for fault in faults_of(row) if last.kind == "fix" or fault == "bad_type"]
        statuses[line] = ("open", broken[0]) if broken else (last.kind, None)
        if not broken:
            entry_id = company.entry(line)["quarantine_id"]
            sound.append((last.decided_at, last.decision_id, entry_id, line, last.kind, row))
    keys, rows = {"s1"}, set()
    for *_, line, kind, row in sorted(sound, key=lambda one: one[:3]):
        if row["answer_id"] in keys:
            statuses[line] = ("open", "duplicate_key")
            continue
        keys.add(row["answer_id"])
        statuses[line] = ({"fix": "fixed", "release": "released"}[kind], None)
        moment = utc(row["answered_at"])
        rows.add(
            (row["answer_id"], int(row["score"]), moment,
             row["channel"] or None, row["comment"], "a.csv", line)
        )  # fmt: skip
    return statuses, rows


def utc(text: str) -> dt.datetime:
    day, month, year, hour, minute = map(int, re.split("[/ :]", text))
    local = dt.datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Madrid"))
    return local.astimezone(dt.UTC).replace(tzinfo=None)


def faults_of(row: dict[str, str]) -> list[str]:
    """Return the reasons for which a row breaks the contract, in the contract's order."""
    found = []
    if not re.fullmatch(r"-?[0-9]+", row["score"]):
        found.append("bad_type")
    elif not 0 <= int(row["score"]) <= 10:
        found.append("out_of_range")
    if row["answered_at"].startswith("31/02"):
        found.append("bad_type")
    if row["channel"] not in ("web", "phone", ""):
        found.append("not_allowed")
    return found


# What chance seldom draws: a rejection wipes the fix before it, two rows claim one key in one
# moment, an undo precedes what it undoes and another names an undo.
WIPED = [("fix", 3, CORRECTIONS[0], 0, 0), ("reject", 3, {}, 1, 0), ("release", 6, {}, 2, 0),
         ("fix", 3, CORRECTIONS[2], 2, 0)]  # fmt: skip
CLAIMED = [("fix", 3, CORRECTIONS[6], 1, 0), ("fix", 4, CORRECTIONS[6], 0, 0),
           ("fix", 6, CORRECTIONS[6], 0, 0)]  # fmt: skip
UNDONE = [("fix", 3, CORRECTIONS[0], 3, 0), ("undo", 3, {}, 0, 0), ("undo", 3, {}, 1, 1),
          ("release", 4, {}, 1, 0)]  # fmt: skip


@settings(max_examples=10, deadline=None, derandomize=True)
@given(drawn=steps, seed=st.integers(0, 999))
@example(drawn=WIPED, seed=1)
@example(drawn=CLAIMED, seed=2)
@example(drawn=UNDONE, seed=3)
def test_state_is_the_same_when_decisions_come_in_any_way(drawn: list[Step], seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        one_by_one = a_company(folder)
        decisions = decisions_of(one_by_one, drawn)
        for decision in chance.sample(decisions, len(decisions)):
            insert(one_by_one, decision)
        at_once = Company(folder=Path(folder), connection=duckdb.connect())
        at_once.connection.execute("set TimeZone = 'UTC'")
        write_by_hand(at_once, chance.sample(decisions, len(decisions)), chance)
        at_once.run()
        assert at_once.state() == one_by_one.state()
        statuses, rows = expected(at_once, decisions)
        assert at_once.statuses() == statuses
        settled = at_once.rows(
            "select * exclude (_extra, _load_id) from raw.survey__answers "
            "where starts_with(_load_id, 'decision:')"
        )
        assert set(settled) == rows
        assert len(settled) == len(rows)
        assert_all_rows_are_accounted_for(at_once)


def insert(company: Company, decision: Decision) -> None:
    """Put one decision into raw as a run does, and carry all out."""
    company.connection.register("fresh", as_arrow([decision]))
    columns = ", ".join(
        f"cast(cast({name} as timestamptz) as timestamp) as {name}" if kind == "TIMESTAMP"
        else f"cast({name} as {kind}) as {name}"
        for name, kind in DECISION_COLUMNS.items()
    )  # fmt: skip
    company.connection.execute(f"insert into {DECISIONS} by name select {columns} from fresh")
    company.connection.unregister("fresh")
    stewardship.settle(company.connection, ANSWERS)


def write_by_hand(company: Company, decisions: Sequence[Decision], chance: random.Random) -> None:
    """Write decisions into files whose names and sizes say nothing about their order."""
    folder = company.stewardship / "decisions"
    folder.mkdir(parents=True)
    cut = chance.randint(0, len(decisions))
    for number, part in enumerate((decisions[:cut], decisions[cut:])):
        lines = [json.dumps(decision.record()) for decision in part]
        (folder / f"{number}.jsonl").write_text("\n".join(lines), encoding="utf-8")
