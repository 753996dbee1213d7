"""What is known of each fetched stream, in a readable file, written whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from orchestration.extract.fetch.plans import Cursor
from orchestration.extract.fetch.positions import decode, encode, precedes
from orchestration.extract.fetch.secrets import FetchError


@dataclass(frozen=True, kw_only=True)
class RecentFile:
    """A landed file whose rows the next fetch may meet again.

    Attributes
    ----------
    file
        Path below the source's landing folder.
    last
        Highest cursor value in it, encoded; None: its rows have none, or the stream has no cursor.
    """

    file: str
    last: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A file that is written but perhaps not yet in place, and how far it brings the stream."""

    part: str
    file: str
    after: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """How far a stream has been fetched.

    Attributes
    ----------
    files
        Files landed so far; the next is numbered by it.
    rows
        Rows in them.
    position
        Highest cursor value that has landed, encoded; None after a rewind.
    begin
        Where to begin while there is no position, as written on the command line.
    recent
        Files to compare the next rows with.
    unfinished
        Where a fetch that did not reach its end goes on; its content is its reader's own.
    pending
        The file being put in place.
    last_attempt, last_success
        When a fetch began, and when one that reached its end began; UTC.
    last_error
        Why the last one failed; None when it did not.
    """

    files: int = 0
    rows: int = 0
    position: dict[str, str] | None = None
    begin: str | None = None
    recent: tuple[RecentFile, ...] = ()
    unfinished: dict[str, Any] | None = None
    pending: Pending | None = None
    last_attempt: str | None = None
    last_success: str | None = None
    last_error: str | None = None

    @property
    def cursor(self) -> Cursor | None:
        """Highest cursor value that has landed."""
        return decode(self.position) if self.position else None

    @property
    def highest_recent(self) -> Cursor | None:
        """Highest cursor value in the files that the next rows are compared with."""
        highest: Cursor | None = None
        for entry in self.recent:
            last = decode(entry.last) if entry.last else None
            if highest is None or (last is not None and precedes(highest, last)):
                highest = last
        return highest

    def advanced(self, value: Cursor | None) -> StreamState:
        """Return the state with ``value`` as position, unless it lies behind the one it has."""
        known = self.cursor
        # Texts come in the order of the database's collation, which is not ours to judge.
        ordered = value is not None and not isinstance(value, str)
        if value is None or (ordered and known is not None and precedes(value, known)):
            return self
        return replace(self, position=encode(value), begin=None)

    def rewound(self, begin: str | None, files: Sequence[str]) -> StreamState:
        """Return the state of a stream that is to be read again.

        Parameters
        ----------
        begin
            Where to begin; None: where the first fetch did.
        files
            Landed files whose rows are not to land again.
        """
        # A rewind that was itself not finished has moved the position back.
        last = self.advanced(self.highest_recent).position
        without_cursor = {entry.file for entry in self.recent if entry.last is None}
        recent = tuple(
            RecentFile(file=name, last=None if name in without_cursor else last) for name in files
        )
        return replace(self, position=None, begin=begin, unfinished=None, recent=recent)

    def without_files_before(self, value: Cursor) -> StreamState:
        """Return the state without those files that no fetch from ``value`` on meets again."""
        kept = tuple(
            entry
            for entry in self.recent
            if entry.last is None or not precedes(decode(entry.last), value)
        )
        return replace(self, recent=kept)


@dataclass(frozen=True, kw_only=True)
class StateFile:
    """The file ``<home>/fetch/<source>/<stream>.json``."""

    path: Path
    label: str = field(default="")

    def read(self) -> StreamState:
        """Return what is known; of a stream never fetched that is nothing.

        Raises
        ------
        FetchError
            When the file is not what was written.
        """
        if not self.path.exists():
            return StreamState()
        try:
            return _state(json.loads(self.path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            message = (
                f"{self.label}: its state {self.path} cannot be read ({type(error).__name__}); "
                "restore it, or delete it: all is then fetched again, and the loader counts what "
                "it knows as duplicates"
            )
            raise FetchError(message) from error

    def write(self, state: StreamState) -> None:
        """Replace the file in one step, so that a kill leaves the old state or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(state), indent=2, ensure_ascii=False)
        part = self.path.with_suffix(".json.part")
        with part.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the stream while it is fetched.

        Raises
        ------
        FetchError
            When another process does.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"{self.label}: another fetch of it is under way; wait until it has ended"
                raise FetchError(message) from error
            yield


def _state(stored: dict[str, Any]) -> StreamState:
    pending = stored.pop("pending")
    recent = stored.pop("recent")
    return StreamState(
        **stored,
        recent=tuple(RecentFile(**entry) for entry in recent),
        pending=Pending(**pending) if pending else None,
    )


def state_after(pending: Pending) -> StreamState:
    """Return the state once the pending file is in place."""
    return _state(dict(pending.after))
