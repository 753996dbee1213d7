"""What was seen before: files, rows, keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.extract.contracts import ContractError
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    Bench,
    assert_ledger_adds_up,
    column,
    contract,
)

ONE = "s1,9,2026-01-02 10:00:00,fine\n"
TWO = "s2,8,2026-01-03 10:00:00,good\n"
WITHOUT_KEY = replace(ANSWERS, key=())


def test_nothing_changes_when_the_same_file_comes_again(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE + ONE + "bad,row\n")
    bench.load()
    before = bench.everything()
    again = bench.load()
    assert [file.status for file in again.files] == ["unchanged"]
    assert again.rows_in == 0
    assert bench.everything() == before


def test_row_counts_as_duplicate_when_it_says_the_same(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE + TWO + ONE.replace("9", "9.0"))
    bench.put("b.csv", HEADER + TWO)
    loaded = bench.load()
    assert [(f.rows_loaded, f.rows_duplicate) for f in loaded.files] == [(2, 1), (0, 1)]
    assert bench.loaded_ids() == ["s1", "s2"]
    assert_ledger_adds_up(bench)


def test_first_row_is_kept_when_a_key_stands_for_two(bench: Bench) -> None:
    other = ONE.replace("fine", "awful")
    bench.put("a.csv", HEADER + ONE + other)
    bench.put("b.csv", HEADER + other + TWO)
    bench.load()
    assert bench.rows("select answer_id, comment from raw.survey__answers order by 1") == [
        ("s1", "fine"),
        ("s2", "good"),
    ]
    assert bench.quarantine() == [
        ("a.csv", 3, "answer_id", "s1", "duplicate_key"),
        ("b.csv", 2, "answer_id", "s1", "duplicate_key"),
    ]
    messages = [row[0] for row in bench.rows("select message from quality.quarantine order by 1")]
    assert "line 2 of a.csv" in messages[0]
    assert "line 2 of this file" in messages[1]
    assert_ledger_adds_up(bench)


def test_sound_row_is_kept_when_the_first_of_its_key_is_at_fault(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE.replace("9,", "99,") + ONE)
    bench.load()
    assert bench.rows("select score, _source_line from raw.survey__answers") == [(9, 3)]


def test_key_of_several_columns_is_compared_as_a_whole(bench: Bench) -> None:
    stream = contract(column("a"), column("b", "integer"), column("c"), key=("a", "b"))
    bench.put("a.csv", "a,b,c\nx,1,p\nx,2,p\ny,1,p\nx,1,q\n")
    bench.load(stream)
    assert [row[1:4] for row in bench.quarantine()] == [(5, "a, b", "x, 1")]


def test_like_rows_are_all_kept_when_the_stream_has_no_key(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE + ONE)
    assert bench.load(WITHOUT_KEY).rows_loaded == 2


def test_only_new_rows_are_added_when_a_file_without_key_grew(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE + ONE)
    bench.load(WITHOUT_KEY)
    bench.put("a.csv", HEADER + ONE + ONE + ONE + TWO)
    loaded = bench.load(WITHOUT_KEY)
    assert (loaded.rows_loaded, loaded.rows_duplicate) == (2, 2)
    assert bench.loaded_ids() == ["s1", "s1", "s1", "s2"]


def test_column_is_added_when_the_contract_gains_one(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE)
    bench.load()
    wider = replace(ANSWERS, columns=(*ANSWERS.columns, column("channel")))
    bench.put("b.csv", HEADER.strip() + ",channel\n" + TWO.strip() + ",web\n")
    loaded = bench.load(wider)
    assert loaded.messages == ("added to survey__answers, null in earlier rows: channel",)
    assert bench.rows("select answer_id, channel from raw.survey__answers order by 1") == [
        ("s1", None),
        ("s2", "web"),
    ]


def test_load_stops_with_remedy_when_a_type_changed(bench: Bench) -> None:
    bench.put("a.csv", HEADER + ONE)
    bench.load()
    before = bench.everything()
    columns = (ANSWERS.columns[0], column("score", "double"), *ANSWERS.columns[2:])
    with pytest.raises(ContractError, match=r"score BIGINT → DOUBLE.*another name.*anew"):
        bench.load(replace(ANSWERS, columns=columns))
    assert bench.everything() == before


def test_a_file_that_is_still_being_written_waits_for_its_name(bench: Bench) -> None:
    half = bench.put(".june.csv.part-7", HEADER + "a1,9,2026-06-01 10:00:00,\n")
    assert not bench.load().files
    half.rename(bench.landing / "june.csv")
    assert [file.file_name for file in bench.load().files] == ["june.csv"]
