"""Columns at fixed places of a line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.orchestration.extract.conftest import Bench, assert_ledger_adds_up, column, contract

STREAM = contract(
    column("answer_id", start=1, width=4),
    column("score", "integer", start=5, width=3, required=True),
    column("day", "date", start=9, width=8, formats=("%Y%m%d",)),
    column("comment", start=17, width=6),
    files="*.dat",
    format="fixed_width",
    header_rows=0,
    key=("answer_id",),
)
LINES = [
    "a1    9 20260115très  ",
    "",
    'b2   10 20260116"x,   tail',
    "c3    x 20260116",
    "d4    1X20250229",
    "e5    1",
    "f6",
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_lines_are_cut_at_characters(bench: Bench, line_end: str, encoding: str) -> None:
    bench.put("a.dat", (line_end.join(LINES) + line_end).encode(encoding))
    result = bench.load(replace(STREAM, encoding=encoding))
    assert bench.rows(
        "select answer_id, score, cast(day as varchar), comment, _extra, _source_line "
        "from raw.survey__answers order by 1"
    ) == [
        ("a1", 9, "2026-01-15", "très", None, 1),
        ("b2", 10, "2026-01-16", '"x,', '{"8 to 8":"","from 23":"tail"}', 3),
        ("e5", 1, None, None, None, 6),
    ]
    assert [entry[1:] for entry in bench.quarantine()] == [
        (4, "score", "x", "bad_type"),
        (5, "day", "20250229", "bad_type"),
        (7, "score", None, "missing_value"),
    ]
    assert "2 rows hold text outside the contract's columns" in result.messages[0]
    assert bench.rows("select raw_text from quality.quarantine where line_number = 5") == [
        (LINES[4],)
    ]
    assert_ledger_adds_up(bench)


def test_first_lines_are_passed_over_when_the_contract_says_so(bench: Bench) -> None:
    bench.put("a.dat", "ID  SCO DAY\n" + LINES[0])
    bench.load(replace(STREAM, header_rows=1))
    assert bench.rows("select answer_id, _source_line from raw.survey__answers") == [("a1", 2)]
