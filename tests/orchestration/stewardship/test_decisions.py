"""Decisions as files and as rows: written whole, loaded by contract, void when they say nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.extract.decision_states import DECISION_COLUMNS
from orchestration.extract.values import raw_type
from orchestration.stewardship.decisions import Decision, DecisionError, write_decisions
from tests.orchestration.stewardship.conftest import (
    BAD,
    DECIDED_AT,
    GOOD,
    HEADER,
    STEWARDSHIP,
    Company,
)


def test_bad_decision_lines_go_to_quarantine_and_harm_nothing(company: Company) -> None:
    company.put("a.csv", HEADER + GOOD + BAD)
    company.run()
    good = company.about("fix", 3, score="9")
    company.decide(good)
    folder = company.stewardship / "decisions"
    base = good.record()
    bad = [
        {**base, "decision_id": "d-no-reason", "why": " "},
        {**base, "decision_id": "d-no-one", "decided_by": None},
        {**base, "decision_id": "d-no-kind", "kind": "bless"},
        {**base, "decision_id": "d-no-time", "decided_at": "tomorrow"},
        {**base, "decision_id": "x"},
    ]
    text = "\n".join(map(_json, bad)) + "\nno JSON at all\n[1, 2]\n\n"
    (folder / "by_hand.jsonl").write_text(text, encoding="utf-8")
    void = [
        {**base, "decision_id": "d-list-of-values", "corrected_values": ["score"]},
        {**base, "decision_id": "d-unknown-row", "quarantine_id": "nobody", "row_mark": None},
        {**base, "decision_id": "d-undo-nothing", "kind": "undo", "undoes": "d-nothing"},
        {**base, "decision_id": "d-half-a-pair", "kind": "merge", "left_key": "a"},
        {**base, "decision_id": "d-long-waiver", "kind": "waive", "target": "core.fct_tickets",
         "valid_until": "2027-07-01"},
    ]  # fmt: skip
    (folder / "void.jsonl").write_text("\n".join(map(_json, void)) + "\n", encoding="utf-8")
    company.run()
    reasons = company.rows(
        "select line_number, reason_code from quality.quarantine "
        "where source_name = 'stewardship' order by 1"
    )
    assert reasons == [
        (1, "bad_pattern"), (2, "missing_value"), (3, "not_allowed"), (4, "bad_type"),
        (5, "bad_pattern"), (6, "malformed_row"), (7, "malformed_row"),
    ]  # fmt: skip
    states = dict(company.rows("select decision_id, state from quality.steward_decisions"))
    assert states == {
        good.decision_id: "in_force",
        **{line["decision_id"]: "void" for line in void},
    }
    assert company.statuses()[3] == ("fixed", None)
    assert company.rebuilt().state() == company.state()


def test_only_waivers_in_force_are_offered_when_some_are_undone_or_replaced(
    company: Company,
) -> None:
    def waiver(minute: int, until: dt.date, expectation: str | None = None) -> Decision:
        return Decision(
            kind="waive", decided_at=DECIDED_AT + dt.timedelta(minutes=minute), decided_by="ana",
            why="the source is being mended", target="core.fct_tickets", expectation=expectation,
            valid_until=until,
        )  # fmt: skip

    first, longer = waiver(1, dt.date(2026, 7, 10)), waiver(2, dt.date(2026, 9, 1))
    other = waiver(3, dt.date(2026, 7, 10), "reasons_are_given")
    company.clock += dt.timedelta(hours=1)
    company.decide(first, longer, other, company.undo(other))
    company.run()
    assert company.rows("select decision_id, target, valid_until from quality.waivers") == [
        (longer.decision_id, "core.fct_tickets", dt.date(2026, 9, 1))
    ]


def test_table_of_decisions_is_that_of_the_contract() -> None:
    (decisions,) = STEWARDSHIP.streams
    assert {entry.name: raw_type(entry) for entry in decisions.columns} == DECISION_COLUMNS


def test_decision_file_is_whole_and_never_changed(tmp_path: Path) -> None:
    decision = Decision(
        kind="undo", decided_at=DECIDED_AT, decided_by="ana", why="wrong\nrow", undoes="d123"
    )
    path = write_decisions(tmp_path, [decision])
    assert path.relative_to(tmp_path).as_posix() == (
        f"decisions/2026-07/20260701T090000000000Z-{decision.decision_id}.jsonl"
    )
    before = path.read_bytes()
    with pytest.raises(DecisionError, match="is written already"):
        write_decisions(tmp_path, [decision])
    assert path.read_bytes() == before
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "bless"}, "kind 'bless' is not one of fix, release, reject, waive, merge"),
        ({"why": "  "}, "--why is blank"),
        ({"decided_by": ""}, "give --by NAME, or set THROUGHLINE_USER"),
        ({"kind": "fix"}, "--set column=value"),
        ({"kind": "waive"}, "give --until"),
        (
            {"kind": "waive", "valid_until": dt.date(2026, 6, 30)},
            "not between 2026-07-01 and 2026-",
        ),
        ({"kind": "waive", "valid_until": dt.date(2026, 10, 1)}, "at most 90 days"),
    ],
)
def test_decision_is_refused_when_something_is_missing(
    options: dict[str, Any], message: str
) -> None:
    sound = {"kind": "reject", "decided_at": DECIDED_AT, "decided_by": "ana", "why": "broken"}
    with pytest.raises(DecisionError, match=message):
        Decision(**{**sound, **options})


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)
