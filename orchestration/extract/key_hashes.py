"""Which hashes of keys stand more than once: found by sorting them, in one pass over the rows.

Sorting takes a third of the time that the engine needs for counting them. Hashes beyond those that
fit into memory at once go to a temporary file, eight bytes a row, in sorted runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.extract.staging import spool_dir

# 64 megabytes of hashes are sorted at once.
HASHES_AT_ONCE = 1 << 23
ROWS_A_BATCH = 1 << 18
# All runs are then looked at together, a range of hashes at a time.
RANGES = 64
BOUNDS = np.arange(1, RANGES, dtype=np.uint64) << np.uint64(58)

Hashes = npt.NDArray[np.uint64]


def repeated_hashes(connection: duckdb.DuckDBPyConnection, select: str) -> Hashes:
    """Return the hashes that stand more than once, each once.

    Parameters
    ----------
    select
        Query of one column of unsigned 64-bit hashes, none of them null.
    """
    rows = 0
    cuts: list[npt.NDArray[np.int64]] = []
    with tempfile.TemporaryFile(dir=spool_dir(connection)) as file:
        for run in _sorted_runs(connection, select):
            if len(run) < HASHES_AT_ONCE and not rows:
                return _repeated(run)
            run.tofile(file)
            cuts.append(rows + np.concatenate(([0], np.searchsorted(run, BOUNDS), [len(run)])))
            rows += len(run)
        found = [_repeated(hashes) for hashes in _ranges(file, cuts)]
    return np.concatenate(found)


def _sorted_runs(connection: duckdb.DuckDBPyConnection, select: str) -> Iterator[Hashes]:
    run = np.empty(HASHES_AT_ONCE, dtype=np.uint64)
    filled = 0
    for batch in connection.execute(select).to_arrow_reader(ROWS_A_BATCH):
        hashes = batch.column(0).to_numpy(zero_copy_only=False)
        while len(hashes):
            taken = hashes[: len(run) - filled]
            run[filled : filled + len(taken)] = taken
            filled += len(taken)
            hashes = hashes[len(taken) :]
            if filled == len(run):
                run.sort()
                yield run
                filled = 0
    rest = run[:filled]
    rest.sort()
    yield rest


def _ranges(file: IO[bytes], cuts: list[npt.NDArray[np.int64]]) -> Iterator[Hashes]:
    """Yield the hashes of all runs, sorted, one range of their values after the other."""
    for place in range(RANGES):
        slices = []
        for cut in cuts:
            file.seek(int(cut[place]) * np.dtype(np.uint64).itemsize)
            slices.append(np.fromfile(file, np.uint64, int(cut[place + 1] - cut[place])))
        hashes = np.concatenate(slices)
        hashes.sort()
        yield hashes


def _repeated(hashes: Hashes) -> Hashes:
    """Return those of sorted hashes that equal their neighbour, each once."""
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
