"""The same rows in every format that files come in."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.orchestration.extract.conftest import ANSWERS, Bench, column, contract

ROWS = [
    ("s1", 9, "2026-01-02 10:00:00", "très bien"),
    ("s2", None, "2026-01-03 11:30:00", 'she said "no", twice\n\nand left'),
    ("s3", 0, "2026-01-04 23:59:59", None),
]
NAMES = ("answer_id", "score", "answered_at", "comment")


def delimited(delimiter: str, line_end: str) -> str:
    def field(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if set(text) & {'"', "\n", delimiter} else text

    lines = [NAMES, *ROWS]
    return "".join(delimiter.join(field(value) for value in line) + line_end for line in lines)


def parquet(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table t (answer_id text, score int, answered_at timestamp, comment text)"
        )
        connection.executemany("insert into t values (?, ?, ?, ?)", ROWS)
        connection.execute(f"copy t to '{path}' (format parquet)")


def jsonl() -> str:
    return "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS)


def pack(content: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(content)
    if suffix == ".zip":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("inside", content)
        return target.getvalue()
    return content


def loaded(bench: Bench) -> list[tuple[object, ...]]:
    return bench.rows(
        "select answer_id, score, cast(answered_at as varchar), comment "
        "from raw.survey__answers order by 1"
    )


@pytest.mark.parametrize("suffix", ["", ".gz", ".zip"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rows_are_the_same_when_the_format_differs(
    bench: Bench, tmp_path: Path, kind: str, suffix: str
) -> None:
    plain = tmp_path / "plain"
    if kind == "parquet":
        parquet(plain)
    else:
        plain.write_text(jsonl() if kind == "jsonl" else delimited(",", "\n"), encoding="utf-8")
    bench.put(f"a.{kind}{suffix}", pack(plain.read_bytes(), suffix))
    result = bench.load(replace(ANSWERS, format=kind, files=f"*.{kind}*"))
    assert result.messages == ()
    assert loaded(bench) == ROWS


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", ""),
        ("utf-8", "\ufeff"),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("latin-1", ""),
        ("cp1252", ""),
    ],
)
def test_rows_are_the_same_when_encoding_and_line_end_differ(
    bench: Bench, encoding: str, mark: str, line_end: str
) -> None:
    bench.put("a.csv", (mark + delimited(";", line_end)).encode(encoding))
    result = bench.load(replace(ANSWERS, encoding=encoding, delimiter=";"))
    assert result.messages == ()
    assert loaded(bench) == ROWS


def test_names_come_from_the_first_line_when_the_header_has_three(bench: Bench) -> None:
    stream = contract(
        column("answer_id", source_name="ResponseId"), column("score", "integer"), header_rows=3
    )
    bench.put("a.csv", 'score,ResponseId\n"How likely\nare you?",Id\n{x},{y}\n7,r1\n')
    bench.load(stream)
    assert bench.rows("select answer_id, score, _source_line from raw.survey__answers") == [
        ("r1", 7, 5)
    ]


def test_columns_stand_in_order_when_there_is_no_header(bench: Bench) -> None:
    bench.put("a.csv", "\ufeffs1,9,2026-01-02 10:00:00,x\n")
    bench.load(replace(ANSWERS, header_rows=0))
    assert bench.rows("select answer_id, _source_line from raw.survey__answers") == [("s1", 1)]


def test_numbers_are_read_when_marks_are_a_countrys_own(bench: Bench) -> None:
    stream = contract(
        column("a", "decimal", decimal_mark=",", thousands_mark="."),
        column("b", "decimal", scale=4),
        column("c", "integer", thousands_mark="'"),
        delimiter=";",
    )
    bench.put("a.csv", "a;b;c\n1.234,56;0.12345;1'000\n1.5;1;1\n")
    bench.load(stream)
    assert bench.rows(
        "select cast(a as varchar), cast(b as varchar), c from raw.survey__answers"
    ) == [
        ("1234.56", "0.1235", 1000),
        ("15.00", "1.0000", 1),
    ]


def test_values_mean_nothing_when_the_contract_says_so(bench: Bench) -> None:
    bench.put("a.csv", "answer_id,score,answered_at,comment\ns1,N/A,2026-01-01,\n")
    bench.load(replace(ANSWERS, null_values=("", "N/A")))
    assert bench.rows("select score, comment from raw.survey__answers") == [(None, None)]


def test_json_lines_are_checked_when_some_are_no_objects(bench: Bench) -> None:
    stream = contract(
        column("answer_id", required=True),
        column("country", source_name="$.user.country"),
        column("tags", "json"),
        format="jsonl",
        files="*.jsonl",
    )
    lines = [
        '{"answer_id": 1, "user": {"country": "PT"}, "tags": ["a"], "new": 1}',
        "",
        '{"answer_id": 2',
        "[1, 2]",
        '{"answer_id": null}',
        '{"answer_id": "a\\nb"}',
    ]
    bench.put("a.jsonl", "\n".join(lines))
    result = bench.load(stream)
    assert "does not know are kept in _extra: new" in result.messages[0]
    assert bench.rows("select answer_id, country, tags, _source_line from raw.survey__answers") == [
        ("1", "PT", '["a"]', 1),
        ("a\nb", None, None, 6),
    ]
    assert [(row[1], row[4]) for row in bench.quarantine()] == [
        (3, "malformed_row"),
        (4, "malformed_row"),
        (5, "missing_value"),
    ]
    assert bench.rows("select raw_text from quality.quarantine where line_number = 3") == [
        (lines[2],)
    ]


def test_parquet_rows_are_checked_when_types_differ(bench: Bench, tmp_path: Path) -> None:
    path = bench.landing / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 's' || i as answer_id, i * 2.5 as score, date '2026-01-01' as "
            f"answered_at, {{'text': 'x'}} as comment from range(6) as t(i)) "
            f"to '{path}' (format parquet)"
        )
    bench.load(replace(ANSWERS, format="parquet", files="*.parquet"))
    assert bench.rows("select answer_id, score, _source_line from raw.survey__answers") == [
        ("s0", 0, 1),
        ("s2", 5, 3),
        ("s4", 10, 5),
    ]
    assert [(row[1], row[3], row[4]) for row in bench.quarantine()] == [
        (2, "2.5", "bad_type"),
        (4, "7.5", "bad_type"),
        (6, "12.5", "bad_type"),
    ]


def test_file_fails_when_it_is_no_parquet(bench: Bench) -> None:
    bench.put("a.parquet", b"PAR1 but no more")
    loaded = bench.load(replace(ANSWERS, format="parquet", files="*.parquet"))
    assert loaded.failed_files == ("a.parquet",)
    assert "cannot be read as parquet" in loaded.messages[0]
