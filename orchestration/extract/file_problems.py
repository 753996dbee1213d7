"""Which errors over a file are the file's, and which stop the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.extract.text_files import FileProblemError

# What the engine raises over a file's content; anything else is the machine's fault or ours.
UNREADABLE = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    duckdb.InvalidTypeException,
    duckdb.NotSupportedError,
    duckdb.SerializationException,
)
# Whatever moves or locks a file while it is read is no fault of the machine.
UNREACHABLE = (FileNotFoundError, PermissionError, IsADirectoryError, duckdb.IOException)
GONE = (
    "the file could not be opened, or vanished while it was read ({}); let whatever writes to "
    "landing finish first: a file there stays as it is"
)
CHANGED = (
    "the file changed while it was read; nothing of it was kept, the next run loads it: write to "
    "another place and move the finished file into landing"
)
# The engine's messages quote the file, so only their kind is passed on.
CANNOT_BE_READ = (
    "the file cannot be read as {} ({}); check that it is complete and that the contract's format, "
    "delimiter and quote are right"
)


@contextmanager
def problems_of(path: Path, file_format: str) -> Iterator[None]:
    """Turn what is raised over a file into a `FileProblemError` when it is the file's fault."""
    try:
        yield
    except UNREACHABLE as error:
        if path.exists() and not isinstance(error, PermissionError | IsADirectoryError):
            if file_format != "parquet" or _can_be_scanned(path):
                raise
            message = CANNOT_BE_READ.format(file_format, type(error).__name__)
            raise FileProblemError(message) from error
        raise FileProblemError(GONE.format(type(error).__name__)) from error
    except duckdb.Error as error:
        # The Parquet reader raises errors of no kind in particular over damaged pages.
        if not isinstance(error, UNREADABLE) and type(error) is not duckdb.Error:
            raise
        message = CANNOT_BE_READ.format(file_format, type(error).__name__)
        raise FileProblemError(message) from error


def _can_be_scanned(path: Path) -> bool:
    """Return whether a Parquet file can be read to its end.

    The engine raises the same kind of error over damage in such a file and over a disk that is
    full; a scan that writes nothing tells them apart.
    """
    with duckdb.connect() as connection:
        try:
            connection.execute(
                "select max(hash(row)) from read_parquet($1) as row", [str(path)]
            ).fetchone()
        except duckdb.Error:
            return False
    return True
