"""What becomes of quarantined rows: fixed, released, rejected, superseded; and undone again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from orchestration.extract.contracts import Deletion
from orchestration.stewardship.decisions import Decision
from tests.orchestration.extract.conftest import column, contract
from tests.orchestration.stewardship.conftest import (
    ANSWERS,
    BAD,
    DECIDED_AT,
    GOOD,
    HEADER,
    RECEIVED_AT,
    Company,
    assert_all_rows_are_accounted_for,
)


@pytest.fixture
def loaded(company: Company) -> Company:
    """Load one good row and one of each fault."""
    company.put("a.csv", HEADER + GOOD + BAD)
    company.run()
    return company


def test_every_row_is_open_when_nothing_was_decided(loaded: Company) -> None:
    reasons = loaded.rows("select line_number, reason_code from quality.quarantine order by 1")
    assert reasons == [
        (3, "out_of_range"), (4, "not_allowed"), (5, "bad_pattern"), (6, "in_future"),
        (7, "bad_type"), (8, "missing_value"), (9, "malformed_row"), (10, "out_of_range"),
        (11, "duplicate_key"),
    ]  # fmt: skip
    assert set(loaded.statuses().values()) == {("open", None)}
    assert_all_rows_are_accounted_for(loaded)


@pytest.mark.parametrize(
    ("line", "values", "row"),
    [
        (3, {"score": "9"}, ("s2", 9, dt.datetime(2026, 1, 3, 9), "web", "range")),
        (4, {"channel": ""}, ("s3", 5, dt.datetime(2026, 1, 4, 9), None, "allowed")),
        (5, {"answer_id": "s4"}, ("s4", 5, dt.datetime(2026, 1, 5, 9), "web", "pattern")),
        # The correction is in the file's own format and zone: Madrid is two hours ahead in June.
        (
            6,
            {"answered_at": "06/06/2026 10:00"},
            ("s5", 5, dt.datetime(2026, 6, 6, 8), "web", "future"),
        ),
        (7, {"score": "5"}, ("s6", 5, dt.datetime(2026, 1, 7, 9), "web", "type")),
        (8, {"answer_id": "s7"}, ("s7", 5, dt.datetime(2026, 1, 8, 9), "web", "key")),
        (
            9,
            {"answer_id": "s8", "score": "5", "answered_at": "09/01/2026 10:00", "channel": "",
             "comment": "=1+1"},
            ("s8", 5, dt.datetime(2026, 1, 9, 9), None, "=1+1"),
        ),
        (
            10,
            {"score": "9", "answered_at": "28/02/2026 10:00", "channel": "web"},
            ("s9", 9, dt.datetime(2026, 2, 28, 9), "web", "three faults"),
        ),
        (11, {"answer_id": "s11"}, ("s11", 8, dt.datetime(2026, 1, 2, 9), "phone", "second s1")),
    ],
)  # fmt: skip
def test_row_is_loaded_with_its_place_when_its_fault_is_fixed(
    loaded: Company, line: int, values: dict[str, str], row: tuple[Any, ...]
) -> None:
    decision = loaded.about("fix", line, **values)
    loaded.decide(decision)
    loaded.run()
    assert loaded.statuses()[line] == ("fixed", None)
    entry = loaded.entry(line)
    assert (entry["decision_id"], entry["decided_by"], entry["decided_at"]) == (
        decision.decision_id, "ana", decision.decided_at,
    )  # fmt: skip
    found = loaded.rows("select * from raw.survey__answers where starts_with(_load_id, 'decision')")
    assert found == [(*row, None, "a.csv", line, f"decision:{decision.decision_id}")]
    assert_all_rows_are_accounted_for(loaded)
    assert loaded.rebuilt().state() == loaded.state()


@pytest.mark.parametrize(
    ("line", "values", "reason"),
    [
        (3, {"score": "11"}, "out_of_range"),
        (3, {"score": "x"}, "bad_type"),
        (3, {"comment": "no matter"}, "out_of_range"),
        (3, {"score": "9", "channel": "fax"}, "not_allowed"),
        (3, {"score": "9", "answer_id": ""}, "missing_value"),
        (6, {"answered_at": "07/07/2027 10:00"}, "in_future"),
        (9, {"answer_id": "s8"}, "malformed_row"),
        (10, {"score": "9"}, "bad_type"),
        (11, {"score": "9"}, "duplicate_key"),
        (8, {"answer_id": "s1"}, "duplicate_key"),
    ],
)
def test_row_stays_open_with_the_new_reason_when_its_correction_fails(
    loaded: Company, line: int, values: dict[str, str], reason: str
) -> None:
    loaded.decide(loaded.about("fix", line, **values))
    told = loaded.run()
    assert loaded.statuses()[line] == ("open", reason)
    assert any("still break the contract" in message for message in told.messages)
    message = loaded.entry(line)["open_message"]
    assert message
    assert "no matter" not in message
    assert_all_rows_are_accounted_for(loaded)
    assert loaded.rebuilt().state() == loaded.state()


def test_fixes_of_one_row_add_up_when_each_mends_another_column(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 10, score="9"))
    loaded.run()
    loaded.decide(loaded.about("fix", 10, answered_at="28/02/2026 10:00"))
    loaded.run()
    assert loaded.statuses()[10] == ("open", "not_allowed")
    loaded.decide(loaded.about("release", 10))
    loaded.run()
    assert loaded.statuses()[10] == ("released", None)
    assert loaded.rows("select score, channel from raw.survey__answers where answer_id = 's9'") == [
        (9, "fax")
    ]


@pytest.mark.parametrize(("line", "released"), [(3, True), (4, True), (5, True), (6, True),
    (7, False), (8, False), (9, False), (10, False), (11, False)])  # fmt: skip
def test_only_rules_about_values_are_waived_when_a_row_is_released(
    loaded: Company, line: int, released: bool
) -> None:
    loaded.decide(loaded.about("release", line))
    loaded.run()
    assert loaded.statuses()[line][0] == ("released" if released else "open")
    assert_all_rows_are_accounted_for(loaded)


def test_row_is_closed_without_a_trace_in_raw_when_rejected(loaded: Company) -> None:
    before = loaded.raw()
    loaded.decide(loaded.about("reject", 7), loaded.about("reject", 9))
    loaded.run()
    assert loaded.statuses()[7] == loaded.statuses()[9] == ("rejected", None)
    assert loaded.raw() == before
    assert_all_rows_are_accounted_for(loaded)


def test_all_is_as_before_when_decisions_are_undone(loaded: Company) -> None:
    before = loaded.raw(), loaded.statuses()
    taken = [
        loaded.about("fix", 3, score="9"), loaded.about("release", 4), loaded.about("reject", 5),
    ]  # fmt: skip
    loaded.decide(*taken)
    loaded.run()
    assert (loaded.raw(), loaded.statuses()) != before
    loaded.decide(*(loaded.undo(decision) for decision in taken))
    loaded.run()
    assert (loaded.raw(), loaded.statuses()) == before
    assert loaded.entry(3)["decision_id"] is None
    states = loaded.rows("select kind, state from quality.steward_decisions order by decided_at")
    assert states == [
        ("fix", "undone"), ("release", "undone"), ("reject", "undone"), *[("undo", "in_force")] * 3,
    ]  # fmt: skip


def test_second_of_two_corrections_stays_open_when_both_claim_one_key(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 5, answer_id="s77"), loaded.about("fix", 8, answer_id="s77"))
    loaded.run()
    assert loaded.statuses()[5] == ("fixed", None)
    assert loaded.statuses()[8] == ("open", "duplicate_key")
    assert "another corrected row" in loaded.entry(8)["open_message"]
    assert_all_rows_are_accounted_for(loaded)


def test_nothing_is_written_again_when_a_run_is_repeated(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 3, score="9"), loaded.about("reject", 7))
    loaded.run()
    before = loaded.state()
    told = loaded.run()
    assert loaded.state() == before
    assert not [message for message in told.messages if "decisions" in message]


def test_decision_stands_when_its_file_grew(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 3, score="9"), loaded.about("reject", 7))
    loaded.run()
    loaded.put("a.csv", HEADER + GOOD + BAD + "t1,7,02/02/2026 10:00,web,new\n")
    loaded.run(received_at=RECEIVED_AT + dt.timedelta(days=1))
    assert loaded.statuses()[3] == ("fixed", None)
    assert loaded.statuses()[7] == ("rejected", None)
    assert loaded.statuses()[4] == ("open", None)
    superseded = loaded.rows("select count(*) from quality.quarantine where status = 'superseded'")
    assert superseded == [(9,)]
    assert_all_rows_are_accounted_for(loaded)
    # An empty warehouse knows the last version only; what counts is the same.
    again = loaded.rebuilt()
    assert (again.raw(), again.statuses()) == (loaded.raw(), loaded.statuses())


def test_decision_is_void_when_its_row_came_corrected(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 3, score="9"))
    loaded.run()
    loaded.put("a.csv", HEADER + GOOD + BAD.replace("s2,99,", "s2,4,"))
    loaded.run(received_at=RECEIVED_AT + dt.timedelta(days=1))
    assert 3 not in loaded.statuses()
    assert loaded.entry(3)["status"] == "superseded"
    assert loaded.rows("select score from raw.survey__answers where answer_id = 's2'") == [(4,)]
    ((state, because),) = loaded.rows("select state, void_because from quality.steward_decisions")
    assert (state, because[:24]) == ("void", "the row that it names is")
    assert loaded.rebuilt().raw() == loaded.raw()


def test_good_row_comes_first_when_a_later_file_has_the_key_of_a_fixed_one(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 3, score="9"))
    loaded.run()
    loaded.put("b.csv", HEADER + "s2,1,03/01/2026 10:00,web,other\n")
    loaded.run()
    assert loaded.rows("select score from raw.survey__answers where answer_id = 's2'") == [(1,)]
    assert loaded.statuses()[3] == ("open", "duplicate_key")
    assert "line 2 of b.csv" in loaded.entry(3)["open_message"]
    assert_all_rows_are_accounted_for(loaded)
    assert loaded.rebuilt().state() == loaded.state()


def test_rows_are_corrected_when_the_stream_has_no_key(company: Company) -> None:
    company.stream = replace(ANSWERS, key=())
    company.put("a.csv", HEADER + GOOD + BAD)
    company.run()
    company.decide(company.about("fix", 3, answer_id="s1", score="9"))
    company.run()
    assert company.statuses()[3] == ("fixed", None)
    company.put("a.csv", HEADER + GOOD + BAD + GOOD)
    company.run(received_at=RECEIVED_AT + dt.timedelta(days=1))
    assert company.rows("select count(*) from raw.survey__answers where answer_id = 's1'") == [(4,)]
    again = company.rebuilt()
    assert (again.raw(), again.statuses()) == (company.raw(), company.statuses())


def test_values_survive_when_they_are_odd(company: Company) -> None:
    stream = replace(
        ANSWERS,
        columns=(
            column("answer_id", required=True),
            column("score", "integer", maximum=10),
            column("amount", "decimal", scale=4, decimal_mark=",", thousands_mark="."),
            column("share", "double"),
            column("flag", "boolean"),
            column("day", "date", formats=("%d.%m.%Y",)),
            column("document", "json"),
        ),
        format="jsonl",
        files="*.jsonl",
    )
    company.stream = stream
    company.put(
        "a.jsonl",
        '{"answer_id": "a\\"\\n\\u2028é\'", "score": 99, "amount": "1.234.567,8901", '
        '"share": "0.1", "flag": "yes", "day": "29.02.2024", "document": {"k": [1, null]}, '
        '"unknown": "kept"}\n',
    )
    company.run()
    found = company.entry(2 - 1, "a.jsonl")
    company.decide(
        Decision(
            kind="release", decided_at=DECIDED_AT, decided_by="ana", why="so it is",
            quarantine_id=found["quarantine_id"],
        )
    )  # fmt: skip
    company.run()
    (row,) = company.rows("select * exclude (_extra, _load_id) from raw.survey__answers")
    assert row[0] == "a\"\n\u2028é'"
    assert [str(value) for value in row[1:]] == [
        "99", "1234567.8901", "0.1", "True", "2024-02-29", '{"k":[1,null]}', "a.jsonl", "1",
    ]  # fmt: skip


def test_open_rows_are_counted_by_source_reason_and_day(loaded: Company) -> None:
    loaded.decide(loaded.about("fix", 3, score="9"), loaded.about("fix", 4, channel="telex"))
    loaded.run()
    counts = loaded.rows("select * from quality.open_quarantine where reason_code <> 'bad_type'")
    assert sorted(counts)[:2] == [
        ("survey", "answers", "bad_pattern", RECEIVED_AT.date(), 1),
        ("survey", "answers", "duplicate_key", RECEIVED_AT.date(), 1),
    ]
    assert sum(row[-1] for row in counts) == 7


TICKETS = contract(
    column("answer_id"),
    column("changed_at", "timestamp"),
    column("state", allowed=("open", "shut", "gone")),
    key=("answer_id",),
    version=("changed_at",),
    deleted=Deletion(column="state", values=("gone",)),
)
TICKET_HEADER = "answer_id,changed_at,state\n"


@pytest.mark.parametrize(
    ("bad", "values", "status", "kept"),
    [
        ("t1,2026-01-09,shutt", {"state": "shut"}, "fixed", [("t1", 9, "shut")]),
        ("t1,2026-01-01,shutt", {"state": "shut"}, "open", [("t1", 5, "open")]),
        ("t1,2026-01-09,gonne", {"state": "gone"}, "fixed", []),
        ("t1,2026-01-01,gonne", {"state": "gone"}, "open", [("t1", 5, "open")]),
        ("t2,2026-01-01,gonne", {"state": "gone"}, "fixed", [("t1", 5, "open")]),
    ],
)
def test_newest_stays_and_comes_back_when_a_corrected_row_has_a_version(
    company: Company, bad: str, values: dict[str, str], status: str, kept: list[tuple[Any, ...]]
) -> None:
    company.stream = TICKETS
    company.put("a.csv", TICKET_HEADER + "t1,2026-01-05,open\n" + bad + "\n")
    company.run()
    tables = ("raw.survey__answers", "raw.survey__answers__deleted")
    before = [company.rows(f"select * from {table}") for table in tables]
    decision = company.about("fix", 3, **values)
    company.decide(decision)
    company.run()
    assert company.statuses()[3][0] == status
    rows = company.rows("select answer_id, day(changed_at), state from raw.survey__answers")
    assert rows == kept
    assert company.rebuilt().state() == company.state()
    # A newer row of a file is compared with the files' rows, and comes out the same.
    company.put("b.csv", TICKET_HEADER + "t1,2026-01-07,shut\n")
    company.run()
    again = company.rebuilt()
    assert again.state() == company.state()
    assert [again.rows(f"select * from {table} order by all") for table in tables] == [
        company.rows(f"select * from {table} order by all") for table in tables
    ]
    (company.landing / "b.csv").unlink()
    company.decide(company.undo(decision))
    company.run()
    if status == "open":
        return
    newest = company.rows("select answer_id, day(changed_at), state from raw.survey__answers")
    assert newest == [("t1", 7, "shut")]
    assert before[1] == company.rows(f"select * from {tables[1]}")
    assert not company.rows(
        "select 1 from duckdb_tables() where ends_with(table_name, '__set_aside')"
    )
