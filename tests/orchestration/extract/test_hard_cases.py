"""Cases that loaders are known to fall over: told with their place, and no harm to the rest."""

from __future__ import annotations

import io
import resource
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.extract import loader
from orchestration.extract.long_lines import take_out_long_lines
from orchestration.extract.text_files import LONGEST_LINE_BYTES, PIECE_BYTES, readable_text
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    Bench,
    assert_ledger_adds_up,
    column,
    contract,
)

GOOD = "s1,9,2026-01-02 10:00:00,fine\n"
LAST = "s2,8,2026-01-03 10:00:00,good\n"


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, HEADER + GOOD)
    return target.getvalue()


@pytest.mark.parametrize(
    "day", ["2025-02-29", "2025-02-29 12:00:00", "2100-02-29", "2026-04-31", "2026-13-01"]
)
def test_day_that_never_was_is_set_aside(bench: Bench, day: str) -> None:
    bench.put("a.csv", HEADER + f"b,1,{day},x\n" + GOOD + "c,1,2024-02-29,leap\n")
    bench.load()
    assert bench.quarantine() == [("a.csv", 2, "answered_at", day, "bad_type")]
    (message,) = bench.rows("select message from quality.quarantine")[0]
    assert "is no time as YYYY-MM-DD HH:MM:SS; correct it, or the contract's type" in message
    assert bench.loaded_ids() == ["c", "s1"]
    assert_ledger_adds_up(bench)


def test_local_time_in_the_gap_moves_on_and_the_repeated_one_is_the_later(bench: Bench) -> None:
    # Clocks in New York went from 02:00 to 03:00 on 8 March 2026, and from 02:00 back to 01:00 on
    # 2 November 2025: 02:30 never was, and is taken for 03:30; 01:30 was twice, the later counts.
    bench.put(
        "a.csv",
        HEADER + "gap,1,2026-03-08 02:30:00,x\ntwice,1,2025-11-02 01:30:00,x\n"
        "told,1,2025-11-02 01:30:00-04:00,x\n",
    )
    bench.load(replace(ANSWERS, timezone="America/New_York"))
    assert bench.rows(
        "select answer_id, cast(answered_at as varchar) from raw.survey__answers order by 1"
    ) == [
        ("gap", "2026-03-08 07:30:00"),
        ("told", "2025-11-02 05:30:00"),
        ("twice", "2025-11-02 06:30:00"),
    ]
    assert_ledger_adds_up(bench)


@pytest.mark.parametrize("kind", ["csv", "quoted", "jsonl", "fixed_width"])
def test_line_of_200_megabytes_is_set_aside_without_taking_its_size_in_memory(
    bench: Bench, kind: str
) -> None:
    streams = {
        "jsonl": contract(column("answer_id", required=True), format="jsonl"),
        "fixed_width": contract(
            column("answer_id", start=1, width=2), format="fixed_width", header_rows=0
        ),
    }
    before, after, begin = {
        "csv": (HEADER + GOOD, LAST, "long,1,2026-01-01,"),
        "quoted": (HEADER + GOOD, LAST, 'long,1,2026-01-01,"'),
        "jsonl": ('{"answer_id": "s1"}\n', '{"answer_id": "s2"}\n', '{"answer_id": "'),
        "fixed_width": ("s1\n", "s2\n", "lo"),
    }[kind]
    megabytes = 200 if kind == "csv" else 5
    path = bench.put("a.csv", before + begin)
    with path.open("ab") as file:
        for _ in range(megabytes):
            file.write(b"y" * (1 << 20))
        file.write(b'"\n' if kind == "quoted" else b"\n")
        file.write(after.encode())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = bench.load(streams.get(kind, ANSWERS))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    assert grown < 150
    assert (result.rows_in, result.rows_loaded, result.rows_quarantined) == (3, 2, 1)
    line = before.count("\n") + 1
    message, raw_text = bench.rows(
        f"select message, raw_text from quality.quarantine where line_number = {line}"
    )[0]
    assert "at most 2,000,000 can be read; look for a quote or bracket" in message
    assert str(raw_text).startswith(begin)
    assert bench.loaded_ids() == ["s1", "s2"]
    assert bench.rows("select max(_source_line) from raw.survey__answers") == [(line + 1,)]
    assert_ledger_adds_up(bench)


@pytest.mark.parametrize("size", [LONGEST_LINE_BYTES - 60, LONGEST_LINE_BYTES, 3 * PIECE_BYTES])
def test_lines_add_up_at_the_edge_of_what_is_too_long(bench: Bench, size: int) -> None:
    lines = ["s1", "y" * size, "", "s2", "z" * (size + 1), "y" * 7]
    path = bench.put("a.txt", "\n".join(lines))
    text = readable_text(path, encoding="utf-8", quote='"', spool=bench.landing)
    short, taken = take_out_long_lines(text)
    left = short.path.read_text().split("\n")
    cut = {line.line_number: line.size for line in taken}
    assert len(left) == len(lines) == short.line_count
    assert all(
        (left[i] == "" and cut[i + 1] == len(line)) if i + 1 in cut else left[i] == line
        for i, line in enumerate(lines)
    )
    assert set(cut) == {i + 1 for i, line in enumerate(lines) if len(line) > LONGEST_LINE_BYTES}


def test_record_of_many_lines_loads_when_it_is_longer_than_a_line_may_be(bench: Bench) -> None:
    words = "word\n" * 600_000
    bench.put("a.csv", HEADER + GOOD + f's3,1,2026-01-01,"{words}"\n' + LAST)
    result = bench.load()
    assert (result.rows_in, result.rows_loaded) == (3, 3)
    assert bench.rows(
        "select answer_id, length(comment), _source_line from raw.survey__answers order by 3"
    ) == [("s1", 4, 2), ("s3", len(words), 3), ("s2", 4, 600_004)]
    assert_ledger_adds_up(bench)


def test_zip_loads_when_it_holds_one_file_and_fails_alone_with_two(bench: Bench) -> None:
    bench.put("one.csv.zip", zipped("answers.csv"))
    bench.put("two.csv.zip", zipped("a.csv", "b.csv"))
    result = bench.load()
    assert result.failed_files == ("two.csv.zip",)
    assert result.messages == (
        "two.csv.zip: the zip file holds 2 files, not one; unpack it into landing",
    )
    assert bench.loaded_ids() == ["s1"]


def test_fields_stay_data_when_they_look_like_paths_or_formulas(bench: Bench) -> None:
    hostile = [
        "../../etc/passwd", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "{{ 7*7 }}", "%00", "$(id)",
    ]  # fmt: skip
    bench.put(
        "a.csv", HEADER + "".join(f"h{i},1,2026-01-01,{text}\n" for i, text in enumerate(hostile))
    )
    bench.load()
    assert [
        text for (text,) in bench.rows("select comment from raw.survey__answers order by answer_id")
    ] == hostile


@pytest.mark.parametrize("kind", ["csv", "jsonl", "fixed_width"])
def test_other_rows_load_when_one_holds_nul_bytes(bench: Bench, kind: str) -> None:
    stream, content = {
        "csv": (ANSWERS, HEADER + GOOD + "n\x00,1,2026-01-01,a\x00b\n" + LAST),
        "jsonl": (
            contract(column("answer_id"), format="jsonl"),
            '{"answer_id": "s1"}\n{"answer_id": "n\x00"}\n{"answer_id": "s2"}\n',
        ),
        "fixed_width": (
            contract(column("answer_id", start=1, width=2), format="fixed_width", header_rows=0),
            "s1\nn\x00\ns2\n",
        ),
    }[kind]
    bench.put("a.csv", content)
    result = bench.load(stream)
    assert result.rows_in == 3
    assert {"s1", "s2"} <= set(bench.loaded_ids())
    assert_ledger_adds_up(bench)


@pytest.mark.parametrize("moment", ["before", "while it is read", "after it was staged"])
def test_file_fails_alone_when_it_vanishes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    bench.put("a.csv", HEADER + GOOD)
    bench.put("b.csv", HEADER + LAST)
    place, name = {
        "before": (loader, "sha256_of"),
        "while it is read": (loader, "readable_text"),
        "after it was staged": (loader, "_keep"),
    }[moment]
    work = getattr(place, name)

    def vanishing(*arguments: object, **options: object) -> object:
        result = work(*arguments, **options) if moment == "after it was staged" else None
        (bench.landing / "a.csv").unlink(missing_ok=True)
        return result or work(*arguments, **options)

    monkeypatch.setattr(place, name, vanishing)
    result = bench.load()
    assert result.failed_files == ("a.csv",)
    assert "vanished while it was read" in result.messages[0]
    assert bench.loaded_ids() == ["s2"]
    assert_ledger_adds_up(bench)


def test_file_is_loaded_in_the_next_run_when_it_grew_while_it_was_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path: Path = bench.put("a.csv", HEADER + GOOD)
    work = loader._stage

    def growing(*arguments: object) -> object:
        staged = work(*arguments)  # type: ignore[arg-type]
        path.write_text(HEADER + GOOD + LAST)
        return staged

    with monkeypatch.context() as patch:
        patch.setattr(loader, "_stage", growing)
        result = bench.load()
    assert "changed while it was read" in result.messages[0]
    assert bench.loaded_ids() == []
    assert bench.load().rows_loaded == 2
    assert_ledger_adds_up(bench)
