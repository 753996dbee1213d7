"""Loading on trial: the real loader into a database that is thrown away."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.extract.ledger import QUARANTINE
from orchestration.extract.loader import load_stream
from orchestration.extract.shapes import StreamContract

MASK = "***"
MOST_EXAMPLES = 3
LONGEST_VALUE = 40
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Rows of one file that would be quarantined for one reason.

    Attributes
    ----------
    column
        Column at fault, empty for the row as a whole.
    examples
        Line and value of the first rows; values of personal data are masked.
    """

    code: str
    column: str
    rows: int
    message: str
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class FileTrial:
    """What would become of one file.

    Attributes
    ----------
    message
        What is odd about the file as a whole: why it fails, unknown and missing columns.
    """

    name: str
    failed: bool
    rows_in: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    message: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class StreamTrial:
    """What would become of the files of one stream; none when no file matches."""

    stream: str
    files: tuple[FileTrial, ...]
    messages: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether a file fails as a whole, or there is none."""
        return not self.files or any(file.failed for file in self.files)

    @property
    def rows_in(self) -> int:
        """Rows of all files."""
        return sum(file.rows_in for file in self.files)

    @property
    def rows_loaded(self) -> int:
        """Rows that would be loaded."""
        return sum(file.rows_loaded for file in self.files)

    def rows_of(self, code: str) -> int:
        """Rows that would be quarantined for one reason."""
        return sum(
            reason.rows for file in self.files for reason in file.reasons if reason.code == code
        )


@contextmanager
def throwaway_warehouse(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in ``folder`` that spills there, like a warehouse in all that matters."""
    connection = duckdb.connect(
        str(folder / "trial.duckdb"), config={"temp_directory": str(folder / "spill")}
    )
    try:
        connection.execute("load icu; set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def try_stream(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    landing_dir: Path,
    *,
    received_at: dt.datetime,
) -> StreamTrial:
    """Load a stream's files and return what became of them."""
    load = load_stream(connection, contract, landing_dir, received_at=received_at)
    return StreamTrial(
        stream=contract.name,
        files=tuple(
            FileTrial(
                name=file.file_name,
                failed=file.status == "failed",
                rows_in=file.rows_in,
                rows_loaded=file.rows_loaded,
                rows_quarantined=file.rows_quarantined,
                rows_duplicate=file.rows_duplicate,
                message=file.message or "",
                reasons=_reasons(connection, contract, file.file_name),
            )
            for file in load.files
        ),
        messages=() if load.files else load.messages,
    )


def _reasons(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, file_name: str
) -> tuple[Reason, ...]:
    rows = connection.execute(
        f"""
        select
            reason_code,
            coalesce(column_name, ''),
            count(*),
            arg_min(message, line_number),
            list((line_number, coalesce(value, '')) order by line_number)[:{MOST_EXAMPLES}]
        from {QUARANTINE}
        where stream = $1 and file_name = $2
        group by 1, 2
        order by count(*) desc, 1, 2
        """,
        [contract.name, file_name],
    ).fetchall()
    personal = {column.name for column in contract.columns if column.personal_data}
    return tuple(
        Reason(
            code=code,
            column=column,
            rows=count,
            message=message,
            examples=tuple(
                (line, shown(value, is_personal=bool(personal & set(column.split(", ")))))
                for line, value in examples
            ),
        )
        for code, column, count, message, examples in rows
    )


def shown(value: str, *, is_personal: bool) -> str:
    """Return a value as it may be shown: masked where it is, or looks like, personal data."""
    if not value:
        return ""
    if is_personal or EMAIL.search(value):
        return MASK
    return value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"


def trial_lines(trials: Sequence[StreamTrial]) -> Iterator[str]:
    """Yield what a person should read about trials, a line each."""
    for trial in trials:
        yield f"{trial.stream}: {len(trial.files)} {'file' if len(trial.files) == 1 else 'files'}"
        yield from (f"    {message}" for message in trial.messages)
        for file in trial.files:
            if file.failed:
                yield f"  {file.name}: FAILS"
            else:
                yield (
                    f"  {file.name}: {file.rows_in:,} rows in = {file.rows_loaded:,} would load + "
                    f"{file.rows_quarantined:,} quarantine + {file.rows_duplicate:,} duplicate"
                )
            if file.message:
                yield f"    {file.message}"
            for reason in file.reasons:
                where = f" in {reason.column}" if reason.column else ""
                yield f"    {reason.rows:,} × {reason.code}{where}: {reason.message}"
                lines = ", ".join(
                    f"line {line}{f' ({value})' if value else ''}"
                    for line, value in reason.examples
                )
                yield f"      first: {lines}"
