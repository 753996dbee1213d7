"""Whatever a file holds, every row is accounted for and nothing is raised."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.extract.loader import load_stream
from tests.orchestration.extract.conftest import RECEIVED_AT, Bench, column, contract

LETTERS = contract(column("a"), column("b"), column("c"))
CHECKED = contract(
    column("a", required=True), column("b", "integer"), column("c", "timestamp"), key=("a",)
)
# One load takes some tens of milliseconds, more on a busy machine.
slow = settings(max_examples=60, deadline=None, derandomize=True)

pieces = st.lists(
    st.sampled_from(["a", "1", ",", ",", '"', "\n", "\r", "\r\n", " ", 'x"y', '","', "é", "\x00"])
)
cells = st.text(alphabet='ab 1,"\n\ré', max_size=6).filter(lambda text: "\r" not in text)
lines = st.lists(
    st.one_of(
        st.lists(cells, min_size=3, max_size=3),
        st.lists(st.just("x"), min_size=1, max_size=5),
        st.just([]),
    ),
    max_size=8,
)


def bench_in(folder: str) -> Bench:
    landing = Path(folder) / "landing"
    landing.mkdir()
    return Bench(landing=landing, connection=duckdb.connect())


@slow
@given(content=pieces)
def test_no_letter_is_lost_when_a_csv_is_arbitrary(content: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_in(folder)
        body = "".join(content)
        bench.put("a.csv", "a,b,c\n" + body)
        (file,) = bench.load(LETTERS).files
        assert file.status == "loaded"
        assert file.rows_in == file.rows_loaded + file.rows_quarantined + file.rows_duplicate
        kept = bench.rows(
            "select coalesce(a, '') || coalesce(b, '') || coalesce(c, '') from raw.survey__answers"
        )
        aside = bench.rows("select raw_text from quality.quarantine")
        found = "".join(text for (text,) in [*kept, *aside])
        for letter in "a1é":
            assert found.count(letter) == body.count(letter)


@slow
@given(rows=lines, line_end=st.sampled_from(["\n", "\r\n"]))
def test_rows_and_lines_are_those_of_another_reader_when_quoting_is_right(
    rows: list[list[str]], line_end: str
) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator=line_end).writerows([["a", "b", "c"], *rows])
    content = target.getvalue()
    reader = csv.reader(io.StringIO(content, newline=""))
    next(reader)
    sound, aside = [], []
    begins = reader.line_num + 1
    for row in reader:
        if len(row) == 3:
            sound.append((begins, *(value or None for value in row)))
        elif row:
            aside.append((begins,))
        begins = reader.line_num + 1
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_in(folder)
        bench.put("a.csv", content)
        bench.load(LETTERS)
        found = bench.rows("select _source_line, a, b, c from raw.survey__answers order by 1")
        assert found == sound
        assert bench.rows("select line_number from quality.quarantine order by 1") == aside


@slow
@given(content=st.binary(max_size=200))
def test_nothing_is_raised_when_a_file_is_any_bytes(content: bytes) -> None:
    for stream, suffix in (
        (CHECKED, "csv"),
        (contract(column("a"), format="jsonl", files="*.jsonl*"), "jsonl"),
        (contract(column("a"), format="parquet", files="*.parquet*"), "parquet"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            bench = bench_in(folder)
            bench.put(f"a.{suffix}", b"a,b,c\n" + content if suffix == "csv" else content)
            bench.put(f"b.{suffix}.gz", content)
            loaded = load_stream(bench.connection, stream, bench.landing, received_at=RECEIVED_AT)
            assert len(loaded.files) == 2
            assert loaded.rows_in == (
                loaded.rows_loaded + loaded.rows_quarantined + loaded.rows_duplicate
            )
