"""Putting fetched files into landing: written aside, renamed when whole, then the state advances.

A kill can fall between any two of these steps. The state names the file that is being put in place
before it is renamed, so the next fetch finishes what was begun: no file is written twice under
another name, none is overwritten, and the loader never sees half of one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.extract.fetch.plans import Cursor, Target
from orchestration.extract.fetch.positions import SHOWABLE, encode, shown, type_of
from orchestration.extract.fetch.state import (
    Pending,
    RecentFile,
    StateFile,
    StreamState,
    state_after,
)

NUMBERED = re.compile(r"^(\d{6,})[_.]")


class Chunk(Protocol):
    """A file that is being written."""

    suffix: str
    rows: int

    def close(self) -> None:
        """Finish the file."""
        ...


class StreamLanding:
    """The landing folder of one stream, and its state, which follows what lies there."""

    def __init__(self, target: Target, landing_dir: Path, state_file: StateFile) -> None:
        self.target = target
        self.landing_dir = landing_dir
        self.folder = landing_dir / target.stream
        self.state_file = state_file
        self.state = state_file.read()
        self.landed: list[str] = []
        self.rows = 0

    def recover(self) -> None:
        """Finish what a killed fetch had begun, and remove what it had not finished writing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        pending = self.state.pending
        if pending is not None:
            part, file = self.landing_dir / pending.part, self.landing_dir / pending.file
            if part.exists():
                part.rename(file)
            # Where neither is there, the file was lost before it was whole: it is fetched again.
            self.save(state_after(pending) if file.exists() else replace(self.state, pending=None))
        for stray in self.folder.glob(".*.part"):
            stray.unlink()

    @property
    def stamp(self) -> dt.datetime:
        """When the fetch that is under way began, UTC."""
        return dt.datetime.fromisoformat(str(self.state.last_attempt)).replace(tzinfo=dt.UTC)

    def save(self, state: StreamState) -> None:
        """Write the state and go on from it."""
        self.state_file.write(state)
        self.state = state

    def part_path(self, suffix: str) -> Path:
        """Return where the next file is written until it is whole."""
        return self.folder / f".{self._number():06d}{suffix}.part"

    def put(
        self,
        chunk: Chunk,
        *,
        first: Cursor | None = None,
        last: Cursor | None = None,
        remember: bool = False,
        advances: bool = True,
        unfinished: dict[str, Any] | None = None,
    ) -> None:
        """Put a written file in place and advance the state.

        Parameters
        ----------
        first, last
            Lowest and highest cursor value in it, which its name states.
        remember
            Whether the next fetch may meet its rows again.
        advances
            Whether all rows up to ``last`` have landed with it.
        unfinished
            Where a killed fetch goes on behind this file.
        """
        chunk.close()
        number = self._number()
        part = self.part_path(chunk.suffix)
        _to_disk(part)
        file = self.folder / f"{number:06d}{_window(first, last)}{chunk.suffix}"
        name = file.relative_to(self.landing_dir).as_posix()
        recent = RecentFile(file=name, last=encode(last) if last is not None else None)
        after = replace(
            self.state.advanced(last if advances else None),
            files=number + 1,
            rows=self.state.rows + chunk.rows,
            recent=(*self.state.recent, recent) if remember else self.state.recent,
            unfinished=unfinished,
            pending=None,
        )
        pending = Pending(
            part=part.relative_to(self.landing_dir).as_posix(), file=name, after=asdict(after)
        )
        self.save(replace(self.state, pending=pending))
        part.rename(file)
        _to_disk(self.folder)
        self.save(after)
        self.landed.append(name)
        self.rows += chunk.rows

    def known_files(self, entries: Sequence[RecentFile] | None = None) -> list[Path]:
        """Return those of the given files that are still there; without any, all that landed."""
        if entries is None:
            return sorted(path for path in self.folder.iterdir() if NUMBERED.match(path.name))
        paths = [self.landing_dir / entry.file for entry in entries]
        return [path for path in paths if path.exists()]

    def _number(self) -> int:
        """Return the next file's number, also behind files that a lost state knows nothing of."""
        found = [NUMBERED.match(path.name) for path in self.folder.iterdir()]
        there = [int(match.group(1)) + 1 for match in found if match]
        return max([self.state.files, *there])


@dataclass(kw_only=True)
class ParquetChunk:
    """A Parquet file that takes batches as row groups, so that only one is held."""

    path: Path
    schema: pa.Schema
    rows: int = 0
    suffix: str = ".parquet"

    def __post_init__(self) -> None:
        self._writer = pq.ParquetWriter(self.path, self.schema, compression="zstd")

    def write(self, batch: pa.Table) -> None:
        """Append the rows of a batch of the file's own schema."""
        self._writer.write_table(batch)
        self.rows += batch.num_rows

    def close(self) -> None:
        """Write the footer; without it the file is none."""
        self._writer.close()


@dataclass(kw_only=True)
class LinesChunk:
    """A file of JSON lines."""

    path: Path
    rows: int = 0
    suffix: str = ".jsonl"

    def __post_init__(self) -> None:
        self._file = self.path.open("w", encoding="utf-8", newline="\n")

    def write(self, lines: Sequence[str]) -> None:
        """Append records, one a line."""
        self._file.writelines(f"{line}\n" for line in lines)
        self.rows += len(lines)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _window(first: Cursor | None, last: Cursor | None) -> str:
    """Return the part of a file's name that says what it spans; texts may name a person."""
    if first is None or last is None or type_of(last) not in SHOWABLE:
        return ""
    return "".join(f"_{re.sub(r'[^0-9A-Za-z.+-]', '.', shown(value))}" for value in (first, last))


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
