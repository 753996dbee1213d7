"""A spoiled file is set aside: its stream is as before it came, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from orchestration.extract.contracts import StreamContract
from orchestration.extract.held import (
    HeldFile,
    SetAsideError,
    files_received,
    mostly_quarantined,
    set_aside,
)
from orchestration.extract.loader import load_stream
from orchestration.extract.shapes import Deletion
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    RECEIVED_AT,
    Bench,
    column,
    contract,
)

LATER = RECEIVED_AT + dt.timedelta(days=1)
VERSIONED = contract(
    column("answer_id", required=True),
    column("score", "integer", minimum=0, maximum=10),
    column("changed", "integer", required=True),
    column("state"),
    key=("answer_id",),
    version=("changed",),
    deleted=Deletion(column="state", values=("gone",)),
)
VERSIONED_HEADER = "answer_id,score,changed,state\n"


def hold(bench: Bench, *names: str, stream: StreamContract = ANSWERS) -> tuple[HeldFile, ...]:
    reasons = dict.fromkeys(names, ("most_rows_are_accepted", "60 % of rows"))
    return set_aside(bench.connection, stream, bench.landing, reasons)


def load_later(bench: Bench, stream: StreamContract = ANSWERS) -> None:
    load_stream(bench.connection, stream, bench.landing, received_at=LATER)


def state(bench: Bench) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "rows": bench.rows("select * from raw.survey__answers order by all"),
        "quarantine": bench.rows("select * from quality.quarantine order by all"),
        "replaced": bench.rows("select * from quality.replaced_rows order by all"),
        "loaded": bench.rows(
            "select * from quality.load_ledger where status = 'loaded' order by 1"
        ),
    }


def test_the_stream_is_as_before_when_its_new_file_is_set_aside(bench: Bench) -> None:
    bench.put("june.csv", HEADER + "a1,3,2026-06-01,\na2,77,2026-06-01,\n")
    bench.load()
    before = state(bench)
    bench.put("july.csv", HEADER + "b1,3,2026-06-30,\nb2,77,2026-06-30,\nb3,88,2026-06-30,\n")
    load_later(bench)
    assert files_received(bench.connection, ANSWERS, LATER) == ("july.csv",)
    (held,) = hold(bench, "july.csv")
    assert (held.file_name, held.row_count, held.rule) == ("july.csv", 3, "most_rows_are_accepted")
    assert held.why == "60 % of rows; of its 3 rows: 2 out of range in score"
    assert state(bench) == before
    ((rows_in, loaded, message),) = bench.rows(
        "select rows_in, rows_loaded, message from quality.load_ledger where status = 'failed'"
    )
    assert (rows_in, loaded) == (0, 0)
    assert "broke the rule most_rows_are_accepted" in message


def test_it_comes_in_by_itself_once_it_is_no_longer_held(bench: Bench) -> None:
    bench.put("july.csv", HEADER + "b1,3,2026-06-30,\nb2,77,2026-06-30,\n")
    bench.load()
    loaded = state(bench)
    hold(bench, "july.csv")
    assert bench.loaded_ids() == []
    bench.load()
    assert state(bench) == loaded


def test_rows_that_gave_way_come_in_when_the_file_they_repeat_is_set_aside(bench: Bench) -> None:
    bench.put("a_bad.csv", HEADER + "x,3,2026-06-01,\ny,4,2026-06-01,\n")
    bench.put("b_good.csv", HEADER + "y,4,2026-06-01,\nz,5,2026-06-01,\n")
    bench.load()
    hold(bench, "a_bad.csv")
    assert bench.loaded_ids() == ["y", "z"]
    assert bench.rows(
        "select file_name, status, rows_in, rows_loaded, rows_duplicate, received_at "
        "from quality.load_ledger order by 1"
    ) == [
        ("a_bad.csv", "failed", 0, 0, 0, RECEIVED_AT),
        ("b_good.csv", "loaded", 2, 2, 0, RECEIVED_AT),
    ]


def test_nothing_changes_when_landing_no_longer_holds_what_must_be_loaded_anew(
    bench: Bench,
) -> None:
    bench.put("a_bad.csv", HEADER + "x,3,2026-06-01,\ny,4,2026-06-01,\n")
    good = bench.put("b_good.csv", HEADER + "y,4,2026-06-01,\n")
    bench.load()
    before = state(bench)
    good.unlink()
    with pytest.raises(SetAsideError, match=r"no longer holds b_good\.csv as loaded"):
        hold(bench, "a_bad.csv")
    assert state(bench) == before


def test_the_former_version_stands_when_a_corrected_file_is_set_aside(bench: Bench) -> None:
    bench.put("all.csv", HEADER + "a,3,2026-06-01,well\nb,4,2026-06-01,\n")
    bench.load()
    before = state(bench)
    bench.put("all.csv", HEADER + "a,9,2026-06-01,\nc,1,2026-06-30,\n")
    load_later(bench)
    assert bench.loaded_ids() == ["a", "c"]
    hold(bench, "all.csv")
    assert state(bench) == before


def test_replaced_and_deleted_rows_return_when_their_successors_are_set_aside(
    bench: Bench,
) -> None:
    bench.put("one.csv", VERSIONED_HEADER + "a,3,1,here\nb,4,1,here\nc,5,1,gone\n")
    load_stream(bench.connection, VERSIONED, bench.landing, received_at=RECEIVED_AT)
    before = state(bench)
    deleted = bench.rows("select * from raw.survey__answers__deleted order by all")
    assert len(deleted) == 1
    bench.put("two.csv", VERSIONED_HEADER + "a,9,2,here\nb,4,2,gone\nc,5,2,here\n")
    load_later(bench, VERSIONED)
    assert bench.loaded_ids() == ["a", "c"]
    hold(bench, "two.csv", stream=VERSIONED)
    assert state(bench) == before
    assert bench.rows("select * from raw.survey__answers__deleted order by all") == deleted


def test_files_are_named_by_the_share_that_was_rejected(bench: Bench) -> None:
    rows = [
        f"{name}{n},{99 if n < bad else 5},2026-06-01,\n"
        for name, bad in (("g", 3),)
        for n in range(20)
    ]
    bench.put("good.csv", HEADER + "".join(rows))
    bench.put(
        "bad.csv", HEADER + "".join(f"b{n},{99 if n < 13 else 5},2026-06-01,\n" for n in range(20))
    )
    bench.put("tiny.csv", HEADER + "t1,99,2026-06-01,\n")
    bench.load()
    named = mostly_quarantined(bench.connection, ANSWERS, share=0.5, enough=20)
    assert named == ("bad.csv",)
