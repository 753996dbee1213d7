"""Files too large for the engine's memory end as the same rows do in a small one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from orchestration.extract import key_hashes, staging
from orchestration.extract.key_hashes import repeated_hashes
from orchestration.extract.loader import load_stream, staged_file
from orchestration.extract.shapes import StreamContract
from orchestration.extract.staging import NUMBERED, Arrival
from tests.orchestration.extract.conftest import (
    ANSWERS,
    HEADER,
    RECEIVED_AT,
    Bench,
    assert_ledger_adds_up,
    column,
    contract,
)

DIRTY = (
    HEADER
    + 's1,9,2026-01-02 10:00:00,"two\nlines, and ""quotes"""\n'
    + "\n"
    + "s2,99,2026-01-02 10:00:00,out of range\n"
    + "s3,8,too,many,fields\n"
    + "s1,9,2026-01-02 10:00:00,another\n"
    + ",7,2026-01-02 10:00:00,no key\n,6,2026-01-02 10:00:00,nor here\n"
    + "s4,8,2026-01-02 10:00:00,good\ns4,8,2026-01-02 10:00:00,good\n"
)
BROKEN = HEADER + 's1,9,2026-01-02 10:00:00,"never closed\ns2,8,2026-01-02 10:00:00,fine\n'
LINES = (
    '{"answer_id": "s1", "score": 9, "answered_at": "2026-01-02", "new": 1}\n\nno json\n'
    '{"answer_id": "s2", "score": 99, "answered_at": "2026-01-02"}\n'
    '{"answer_id": "s1", "score": 9, "answered_at": "2026-01-02", "comment": "x"}\n'
)
FIXED = contract(
    column("answer_id", required=True, start=1, width=2),
    column("score", "integer", start=3, width=2, maximum=10),
    files="*.txt",
    format="fixed_width",
    header_rows=0,
    key=("answer_id",),
)
JSON = contract(*ANSWERS.columns, files="*.json*", format="jsonl", key=("answer_id",))


@pytest.mark.parametrize(
    ("stream", "name", "content"),
    [
        (ANSWERS, "a.csv", DIRTY),
        (ANSWERS, "a.csv", BROKEN),
        (ANSWERS, "a.csv", HEADER),
        (JSON, "a.jsonl", LINES),
        (JSON, "a.json", "[" + LINES.split("\n")[0] + "]"),
        (FIXED, "a.txt", "s1 9\n\ns299\ns110 more\ns3 8\n"),
    ],
)
def test_rows_end_alike_whatever_the_size_of_their_file(
    bench: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stream: StreamContract,
    name: str,
    content: str,
) -> None:
    bench.put(name, content)
    bench.load(stream)
    assert_ledger_adds_up(bench)
    small = bench.everything()
    monkeypatch.setattr(staging, "LARGE_BYTES", 0)
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        other = Bench(landing=bench.landing, connection=connection)
        load_stream(connection, stream, bench.landing, received_at=RECEIVED_AT)
        assert other.everything() == small
        assert_ledger_adds_up(other)


def test_small_file_is_loaded_after_a_large_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = HEADER + "s1,9,2026-01-02 10:00:00,fine\n"
    monkeypatch.setattr(staging, "LARGE_BYTES", len(small) + 1)
    bench.put("a.csv", small)
    bench.put("b.csv", small.replace("s1", "s2") + "s3,8,2026-01-02 10:00:00,fine\n")
    bench.put("c.csv", small.replace("s1", "s4"))
    bench.load()
    assert bench.loaded_ids() == ["s1", "s2", "s3", "s4"]


@pytest.mark.parametrize("at_once", [7, 100, 1 << 23])
@pytest.mark.parametrize("rows", [0, 1, 699, 700])
def test_repeated_hashes_are_those_that_counting_finds(
    monkeypatch: pytest.MonkeyPatch, at_once: int, rows: int
) -> None:
    monkeypatch.setattr(key_hashes, "HASHES_AT_ONCE", at_once)
    monkeypatch.setattr(key_hashes, "ROWS_A_BATCH", 13)
    hashes = f"select hash(range % 600) as key_hash from range({rows})"
    with duckdb.connect() as connection:
        found = repeated_hashes(connection, hashes)
        counted = connection.execute(
            f"select key_hash from ({hashes}) group by 1 having count(*) > 1"
        ).fetchnumpy()["key_hash"]
    assert np.array_equal(np.sort(found), np.sort(np.asarray(counted, dtype=np.uint64)))


def test_condition_on_faults_stays_above_the_values_that_it_is_about(bench: Bench) -> None:
    """Moved down to the file, it would hold the expression of each value once per check."""
    table = bench.landing / "a.parquet"
    bench.connection.execute(f"copy (select 's1' as answer_id, '9' as score) to '{table}'")
    stream = contract(
        column("answer_id"),
        column("score", "integer", minimum=0, maximum=10),
        files="*.parquet",
        format="parquet",
    )
    with staged_file(bench.connection, stream, table, Arrival(received_at=RECEIVED_AT)):
        ((_, plan),) = bench.rows(
            f"explain (format json) select * from {NUMBERED} where _faults is null"
        )
    filters = [node for node in nodes(json.loads(plan)) if node["name"].strip() == "FILTER"]
    assert [node["extra_info"]["Expression"] for node in filters] == ["(_faults IS NULL)"]


def nodes(plan: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every operator of a plan."""
    for node in plan:
        yield node
        yield from nodes(node["children"])
