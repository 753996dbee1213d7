"""Rows that change and vanish: the newest stays, whatever the order, and no content is lost."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.extract.contracts import Deletion
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    Bench,
    assert_ledger_adds_up,
    column,
    contract,
)

TICKETS = contract(
    column("answer_id"),
    column("changed_at", "timestamp"),
    column("state", required=True),
    column("note"),
    key=("answer_id",),
    version=("changed_at",),
    deleted=Deletion(column="state", values=("gone", "erased")),
)
TICKET_HEADER = "answer_id,changed_at,state,note\n"
WITHOUT_VERSION = replace(TICKETS, version=())


def row(key: str, day: int, state: str = "open", note: str = "") -> str:
    return f"{key},2026-01-{day:02d},{state},{note}\n"


def states(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows("select answer_id, state, note from raw.survey__answers order by 1")


def replaced(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows(
        "select key_text, json_extract_string(row_content, '$.note'), file_name, line_number, "
        "reason, by_file_name, by_line_number from quality.replaced_rows order by all"
    )


def counts(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows(
        "select file_name, rows_in, rows_loaded, rows_quarantined, rows_duplicate "
        "from quality.load_ledger order by rowid"
    )


def test_higher_version_replaces_the_loaded_row(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 1, note="old") + row("b", 1))
    bench.put("2.csv", TICKET_HEADER + row("a", 2, note="new"))
    result = bench.load(TICKETS)
    assert states(bench) == [("a", "open", "new"), ("b", "open", None)]
    assert replaced(bench) == [("a", "old", "1.csv", 2, "replaced", "2.csv", 2)]
    assert counts(bench) == [("1.csv", 2, 2, 0, 0), ("2.csv", 1, 1, 0, 0)]
    assert result.messages == ()
    assert_ledger_adds_up(bench)


def test_lower_version_is_stale_when_it_comes_late_or_in_the_same_file(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 3, note="c") + row("a", 2, note="b"))
    bench.put("2.csv", TICKET_HEADER + row("a", 1, note="a") + row("a", 3, note="c"))
    bench.load(TICKETS)
    assert states(bench) == [("a", "open", "c")]
    assert replaced(bench) == [
        ("a", "a", "2.csv", 2, "stale", "1.csv", 2),
        ("a", "b", "1.csv", 3, "stale", "1.csv", 2),
    ]
    assert counts(bench) == [("1.csv", 2, 1, 0, 1), ("2.csv", 2, 0, 0, 2)]
    assert_ledger_adds_up(bench)


def test_row_without_a_version_is_the_oldest(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + "a,,open,none\n" + row("a", 1, note="dated"))
    bench.load(TICKETS)
    assert states(bench) == [("a", "open", "dated")]


def test_one_row_is_set_aside_when_two_of_one_version_differ(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 1, note="x") + row("a", 1, note="y"))
    bench.load(TICKETS)
    assert [entry[2:] for entry in bench.quarantine()] == [("answer_id", "a", "duplicate_key")]
    assert_ledger_adds_up(bench)


def test_loaded_row_is_removed_when_a_deletion_comes(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 1, note="first") + row("b", 1))
    bench.put("2.csv", TICKET_HEADER + "a,2026-01-02,gone,\n")
    bench.put("3.csv", TICKET_HEADER + row("a", 1, note="late"))
    bench.load(TICKETS)
    assert states(bench) == [("b", "open", None)]
    assert replaced(bench) == [
        ("a", "first", "1.csv", 2, "deleted", "2.csv", 2),
        ("a", "late", "3.csv", 2, "stale", "2.csv", 2),
    ]
    assert counts(bench) == [("1.csv", 2, 2, 0, 0), ("2.csv", 1, 1, 0, 0), ("3.csv", 1, 0, 0, 1)]
    assert bench.rows("select answer_id, state from raw.survey__answers__deleted") == [
        ("a", "gone")
    ]
    assert_ledger_adds_up(bench)


def test_row_comes_back_when_its_version_is_above_the_deletions(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 2, "erased") + row("a", 1))
    bench.load(TICKETS)
    assert states(bench) == []
    bench.put("2.csv", TICKET_HEADER + row("a", 3, note="again"))
    bench.load(TICKETS)
    assert states(bench) == [("a", "open", "again")]
    assert bench.rows("select 1 from raw.survey__answers__deleted") == []
    assert_ledger_adds_up(bench)


def test_deletion_needs_nothing_but_its_key(bench: Bench) -> None:
    stream = contract(
        column("answer_id"),
        column("comment", required=True),
        column("is_deleted", "boolean", source_name="_fivetran_deleted"),
        key=("answer_id",),
        deleted=Deletion(column="is_deleted", values=(True,)),
    )
    bench.put("1.csv", "answer_id,comment,_fivetran_deleted\na,x,false\nb,y,\nc,,false\n")
    bench.put("2.csv", "answer_id,comment,_fivetran_deleted\na,,true\n,,true\n")
    bench.load(stream)
    assert bench.loaded_ids() == ["b"]
    assert [entry[:3] for entry in bench.quarantine()] == [
        ("1.csv", 4, "comment"),
        ("2.csv", 3, "answer_id"),
    ]
    assert_ledger_adds_up(bench)


def test_deletion_is_final_when_rows_have_no_version(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 5, "gone") + row("b", 1))
    bench.put("2.csv", TICKET_HEADER + row("a", 9) + row("b", 9, "gone"))
    bench.load(WITHOUT_VERSION)
    assert states(bench) == []
    assert_ledger_adds_up(bench)


def test_corrected_file_replaces_what_it_changed_and_withdraws_what_it_lacks(bench: Bench) -> None:
    old = "a,1,2026-01-01,same\nb,2,2026-01-01,typo\nc,3,2026-01-01,withdrawn\n"
    new = "b,2,2026-01-01,mended\na,1,2026-01-01,same\nd,4,2026-01-01,added\n"
    bench.put("1.csv", HEADER + old)
    bench.put("2.csv", HEADER + "z,1,2026-01-01,other file\n")
    bench.load()
    bench.put("1.csv", HEADER + new)
    result = bench.load()
    assert bench.rows("select answer_id, comment from raw.survey__answers order by 1") == [
        ("a", "same"),
        ("b", "mended"),
        ("d", "added"),
        ("z", "other file"),
    ]
    assert [
        (entry[0], entry[2:5])
        for entry in bench.rows(
            "select key_text, json_extract_string(row_content, '$.comment'), file_name, "
            "line_number, "
            "reason, by_line_number from quality.replaced_rows order by 1"
        )
    ] == [("b", ("1.csv", 3, "replaced")), ("c", ("1.csv", 4, "deleted"))]
    assert (result.rows_loaded, result.rows_duplicate) == (2, 1)
    assert "of which 2 rows that it changes or no longer holds were moved" in result.messages[0]
    assert_ledger_adds_up(bench)


def test_first_version_comes_back_when_a_correction_is_undone(bench: Bench) -> None:
    for content in ("right", "wrong", "right"):
        bench.put("1.csv", HEADER + f"a,1,2026-01-01,{content}\n")
        bench.load()
        assert bench.rows("select comment from raw.survey__answers") == [(content,)]
    assert len(bench.rows("select distinct load_id from quality.load_ledger")) == 3
    assert bench.load().files[0].status == "unchanged"
    assert_ledger_adds_up(bench)


def test_rows_are_withdrawn_when_a_corrected_file_without_key_lacks_them(bench: Bench) -> None:
    stream = replace(ANSWERS, key=())
    same = "a,1,2026-01-01,x\n"
    bench.put("1.csv", HEADER + same * 3 + "b,1,2026-01-01,y\n")
    bench.load(stream)
    bench.put("1.csv", HEADER + same + "c,1,2026-01-01,z\n")
    result = bench.load(stream)
    assert bench.loaded_ids() == ["a", "c"]
    assert (result.rows_loaded, result.rows_duplicate) == (1, 1)
    assert len(replaced(bench)) == 3
    assert_ledger_adds_up(bench)


def test_versions_decide_when_a_corrected_file_has_them(bench: Bench) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 1, note="typo") + row("b", 1) + row("c", 2))
    bench.load(TICKETS)
    bench.put("1.csv", TICKET_HEADER + row("a", 1, note="mended") + row("c", 1, note="older"))
    bench.load(TICKETS)
    assert states(bench) == [("a", "open", "mended"), ("b", "open", None), ("c", "open", None)]
    assert_ledger_adds_up(bench)


@pytest.mark.parametrize("stream", [TICKETS, WITHOUT_VERSION])
def test_raw_row_is_in_the_warehouse_once_when_a_stream_is_loaded_twice(
    bench: Bench, stream: Any
) -> None:
    bench.put("1.csv", TICKET_HEADER + row("a", 1) + row("b", 2, "gone") + row("c", 1))
    bench.load(stream)
    before = bench.everything()
    bench.load(stream)
    assert bench.everything() == before


events = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 4),
        st.sampled_from(["open", "done", "gone"]),
        st.sampled_from(["", "x", "y"]),
    ),
    max_size=6,
)


def final_rows(files: dict[str, str], order: list[str]) -> list[list[tuple[Any, ...]]]:
    """Load the files one after the other, as they would arrive, and return what is kept."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        bench = Bench(landing=Path(folder), connection=connection)
        for name in order:
            bench.put(name, files[name])
            bench.load(TICKETS)
        assert_ledger_adds_up(bench)
        lost = Counter(
            json.loads(content)["answer_id"]
            for (content,) in bench.rows("select row_content from quality.replaced_rows")
        )
        kept = Counter(
            key
            for (key,) in bench.rows(
                "select answer_id from raw.survey__answers union all "
                "select answer_id from raw.survey__answers__deleted"
            )
        )
        assert all(count == 1 for count in kept.values())
        aside = Counter(entry[3] for entry in bench.quarantine())
        told = Counter(
            line.split(",")[0] for text in files.values() for line in text.splitlines()[1:]
        )
        assert not (lost + kept + aside) - told
        assert set(told) == set(kept)
        columns = "answer_id, changed_at, state, note"
        return [
            bench.rows(f"select {columns} from {table} order by all")
            for table in ("raw.survey__answers", "raw.survey__answers__deleted")
        ]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(contents=st.lists(events, min_size=2, max_size=4), data=st.data())
def test_final_rows_are_the_same_when_files_come_in_another_order(
    contents: list[list[tuple[str, int, str, str]]], data: st.DataObject
) -> None:
    files = {
        f"{number}.csv": TICKET_HEADER + "".join(row(*event) for event in events)
        for number, events in enumerate(contents)
    }
    shuffled = data.draw(st.permutations(list(files)))
    assert final_rows(files, list(files)) == final_rows(files, shuffled)
