"""Each way in which input goes wrong: a clear message, and the rest of the load unharmed."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    Bench,
    assert_ledger_adds_up,
    column,
    contract,
)

SOUND = HEADER + "s1,9,2026-01-02 10:00:00,fine\n"


@pytest.mark.parametrize(
    ("row", "column_name", "value", "reason", "told"),
    [
        ("b,11,2026-01-01 00:00:00,x", "score", "11", "out_of_range", "between 0 and 10"),
        ("b,-1,2026-01-01 00:00:00,x", "score", "-1", "out_of_range", "between 0 and 10"),
        ("b,7.5,2026-01-01 00:00:00,x", "score", "7.5", "bad_type", "no whole number"),
        ("b,1_0,2026-01-01 00:00:00,x", "score", "1_0", "bad_type", "no whole number"),
        ("b,7,2026-02-30 00:00:00,x", "answered_at", "2026-02-30 00:00:00", "bad_type", "no time"),
        ("b,7,infinity,x", "answered_at", "infinity", "bad_type", "no time"),
        ("b,7,epoch,x", "answered_at", "epoch", "bad_type", "no time"),
        ("b,7,,x", "answered_at", None, "missing_value", "supply a value"),
        (",7,2026-01-01 00:00:00,x", "answer_id", None, "missing_value", "part of the key"),
        (
            "b,7,2026-07-02 06:00:01,x",
            "answered_at",
            "2026-07-02 06:00:01",
            "in_future",
            "after the file arrived",
        ),
        ("b,7", None, None, "malformed_row", "fewer fields"),
        ("b,7,2026-01-01 00:00:00,x,y", None, None, "malformed_row", "more fields"),
        ('b,7,2026-01-01 00:00:00,"x', None, None, "malformed_row", "close it"),
    ],
)
def test_row_goes_to_quarantine_when_it_breaks_the_contract(
    bench: Bench, row: str, column_name: str | None, value: str | None, reason: str, told: str
) -> None:
    bench.put("a.csv", SOUND + row + "\ns2,8,2026-01-03 10:00:00,good\n")
    bench.put("b.csv", SOUND.replace("s1", "s3"))
    loaded = bench.load()
    assert bench.quarantine() == [("a.csv", 3, column_name, value, reason)]
    message, raw_text = bench.rows("select message, raw_text from quality.quarantine")[0]
    assert told in message
    assert raw_text == row
    assert bench.loaded_ids() == ["s1", "s2", "s3"]
    assert (loaded.rows_in, loaded.rows_loaded, loaded.rows_quarantined) == (4, 3, 1)
    assert_ledger_adds_up(bench)


def test_row_is_one_entry_when_it_has_several_faults(bench: Bench) -> None:
    bench.put("a.csv", SOUND + ",99,never,x\n")
    bench.load()
    assert bench.quarantine() == [("a.csv", 3, "answer_id", None, "missing_value")]
    (message,) = bench.rows("select message from quality.quarantine")[0]
    assert message.count("; also ") == 2
    assert "between 0 and 10" in message
    assert "answered_at: is no time" in message


def test_last_line_goes_to_quarantine_when_it_is_half_a_line(bench: Bench) -> None:
    bench.put("a.csv", SOUND + "s2,8,2026-01-0")
    loaded = bench.load()
    assert loaded.rows_loaded == 1
    assert bench.quarantine() == [("a.csv", 3, None, None, "malformed_row")]
    assert bench.rows("select raw_text from quality.quarantine") == [("s2,8,2026-01-0",)]


def test_stray_quote_harms_one_row_when_others_follow(bench: Bench) -> None:
    rows = [f"r{i},5,2026-01-01 00:00:00,ok\n" for i in range(50)]
    rows[7] = 'r7,5,2026-01-01 00:00:00,"never closed\n'
    rows[30] = 'r30,5,2026-01-01 00:00:00,"two\nlines"\n'
    bench.put("a.csv", HEADER + "".join(rows))
    loaded = bench.load()
    assert bench.quarantine() == [("a.csv", 9, None, None, "malformed_row")]
    assert loaded.rows_loaded == 49
    assert bench.rows(
        "select comment, _source_line from raw.survey__answers where answer_id in ('r30', 'r31') "
        "order by 2"
    ) == [("two\nlines", 32), ("ok", 34)]
    assert "read line by line" in loaded.messages[0]


def test_values_are_checked_when_the_contract_lists_or_describes_them(bench: Bench) -> None:
    stream = contract(
        column("answer_id", pattern="A-[0-9]+"),
        column("stage", allowed=("Order", "It's used")),
        column("level", "integer", allowed=(1, 2)),
        column("share", "double", minimum=0, maximum=1),
        column("due_date", "date", may_be_future=True, minimum="2026-01-01"),
        column("details", "json"),
    )
    header = "answer_id,stage,level,share,due_date,details\n"
    bench.put(
        "a.csv",
        header
        + 'A-1,It\'s used,2,0.5,2027-01-01,"{""a"": 1}"\n'
        + "B-1,Order,1,0,2027-01-01,{}\n"
        + "A-2,order,1,0,2027-01-01,{}\n"
        + "A-3,Order,3,0,2027-01-01,{}\n"
        + "A-4,Order,1,nan,2027-01-01,{}\n"
        + "A-5,Order,1,0,2025-12-31,{}\n"
        + "A-6,Order,1,0,2027-01-01,{a\n",
    )
    bench.load(stream)
    assert bench.loaded_ids() == ["A-1"]
    assert [(row[2], row[4]) for row in bench.quarantine()] == [
        ("answer_id", "bad_pattern"),
        ("stage", "not_allowed"),
        ("level", "not_allowed"),
        ("share", "bad_type"),
        ("due_date", "out_of_range"),
        ("details", "bad_type"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "lines of header"),
        (b"answer_id,score,comment\n1,2,x\n", "lacks 'answered_at'"),
        (b"answer_id,scor,answered_at,comment\n", "the file has 'scor'"),
        (b"answer_id;score;answered_at;comment\n", "delimiter seems to be ';'"),
        (b"answer_id,score,answered_at,comment,score\n", "names 'score' 2 times"),
        (SOUND.encode("utf-16"), "encoded in utf-16"),
        (SOUND.encode("utf-16-le"), "encoded in utf-16"),
        (SOUND.replace("score", "sc\u00f6re").encode("latin-1"), "true encoding"),
    ],
)
def test_file_fails_alone_when_it_cannot_be_loaded(bench: Bench, content: bytes, told: str) -> None:
    bench.put("bad.csv", content)
    bench.put("good.csv", SOUND)
    loaded = bench.load()
    assert loaded.failed_files == ("bad.csv",)
    assert told in loaded.messages[0]
    assert bench.loaded_ids() == ["s1"]
    assert bench.rows(
        "select file_name, status, rows_in from quality.load_ledger order by file_name"
    ) == [("bad.csv", "failed", 0), ("good.csv", "loaded", 1)]


@pytest.mark.parametrize("kept", [30, -12, -1])
def test_file_fails_alone_when_its_gzip_is_cut_off(bench: Bench, kept: int) -> None:
    whole = gzip.compress(
        (HEADER + "".join(f"i{n},1,2026-01-01,x{n}\n" for n in range(999))).encode()
    )
    bench.put("bad.csv.gz", whole[:kept])
    bench.put("good.csv", SOUND)
    loaded = bench.load()
    assert loaded.failed_files == ("bad.csv.gz",)
    assert "truncated or damaged" in loaded.messages[0]
    assert bench.loaded_ids() == ["s1"]


def test_failed_file_is_loaded_when_it_was_mended(bench: Bench) -> None:
    bench.put("a.csv", "")
    bench.load()
    bench.load()
    assert bench.rows("select status from quality.load_ledger") == [("failed",)]
    bench.put("a.csv", SOUND)
    assert bench.load().rows_loaded == 1


def test_stream_is_an_empty_table_when_no_file_is_there(bench: Bench) -> None:
    loaded = bench.load()
    assert loaded.files == ()
    assert "no file matches *.csv* in the landing folder of survey" in loaded.messages[0]
    described = dict(
        bench.rows("select column_name, column_type from (describe raw.survey__answers)")
    )
    assert described["answered_at"] == "TIMESTAMP"
    assert bench.loaded_ids() == []


def test_rows_go_to_quarantine_when_bytes_are_not_in_the_encoding(bench: Bench) -> None:
    content = SOUND.encode() + "s2,1,2026-01-01,caf\u00e9\ns3,1,2026-01-01,ok\n".encode("latin-1")
    bench.put("a.csv", content)
    bench.load()
    assert bench.loaded_ids() == ["s1", "s3"]
    assert [row[1:] for row in bench.quarantine()] == [
        (3, "comment", "caf\ufdd0\\xe9", "bad_encoding")
    ]


def test_mojibake_is_loaded_when_it_was_in_the_export_already(bench: Bench) -> None:
    bench.put("a.csv", HEADER + "s1,1,2026-01-01,can\ufffdt\n")
    assert bench.load().rows_loaded == 1


def test_unknown_column_is_kept_and_reported_when_the_header_has_more(bench: Bench) -> None:
    bench.put("a.csv", "mood,answer_id,score,answered_at,comment\nglad,s1,1,2026-01-01,x\n")
    loaded = bench.load()
    assert loaded.messages == (
        "a.csv: columns that the contract does not know are kept in _extra: mood",
    )
    assert bench.rows("select _extra, comment from raw.survey__answers") == [
        ('{"mood":"glad"}', "x")
    ]


def test_optional_column_is_null_and_reported_when_it_is_missing(bench: Bench) -> None:
    columns = (*ANSWERS.columns, column("channel", optional_column=True))
    bench.put("a.csv", SOUND)
    loaded = bench.load(replace(ANSWERS, columns=columns))
    assert "optional column 'channel' is missing" in loaded.messages[0]
    assert bench.rows("select channel from raw.survey__answers") == [(None,)]


def test_no_message_holds_data_when_rows_are_bad(bench: Bench) -> None:
    bench.put("a.csv", HEADER + "secret-id,99,secret-date,secret-words\nsecret\n")
    bench.put("b.csv", "a secret kept by nobody,0\nsecret,row\n")
    assert not any("secret" in message for message in bench.load().messages)
    assert not bench.rows("select 1 from quality.quarantine where contains(message, 'secret')")


def test_row_loads_as_text_when_it_looks_like_a_formula_or_statement(bench: Bench) -> None:
    hostile = "=cmd|' /C calc'!A0'; drop table raw.survey__answers; --"
    bench.put("it's.csv", HEADER + f"s1,1,2026-01-01,{hostile}\n")
    bench.load()
    assert bench.rows("select comment, _source_file from raw.survey__answers") == [
        (hostile, "it's.csv")
    ]
