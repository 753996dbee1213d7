"""What is known of a table before it is measured: its owner, its time, its keys, its stream."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_TABLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
# A week holds every weekday once, so that two windows of it can be compared.
SHORTEST_WINDOW_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class StreamSpec:
    """The raw stream behind a table, as its contract states it.

    Parameters
    ----------
    source_name, stream : str
        As in the load ledger.
    freshness_days : float, optional
        Age, in days, that the newest event and the newest file may reach.
    required_columns : tuple of str
        Columns that the contract says are always filled in.
    has_versions : bool
        Whether rows come again when they change; then an old date is no lateness.
    """

    source_name: str
    stream: str
    freshness_days: float | None = None
    required_columns: tuple[str, ...] = ()
    has_versions: bool = False

    def __post_init__(self) -> None:
        if self.freshness_days is not None and self.freshness_days <= 0:
            raise ValueError(
                f"{self.source_name}.{self.stream}: freshness_days is {self.freshness_days}; "
                "it must be above 0"
            )


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """One table to measure, with what its rules need.

    Parameters
    ----------
    table : str
        ``schema.table`` in the warehouse.
    owner : str
        Team that a steward turns to.
    description : str
        What the table is, for the report.
    key : tuple of str
        Columns that identify a row; the first of them draws the sample of a large table.
    time_column : str, optional
        Date or timestamp of a row's event; without one the whole table is measured.
    window_days : int
        Length of the time up to the as-of day that is measured.
    hidden_columns : frozenset of str
        Columns with personal data: counted, but no value of them is ever kept.
    stream : StreamSpec, optional
        Set for raw tables.
    """

    table: str
    owner: str
    description: str
    key: tuple[str, ...] = ()
    time_column: str | None = None
    window_days: int = SHORTEST_WINDOW_DAYS
    hidden_columns: frozenset[str] = frozenset()
    stream: StreamSpec | None = None

    def __post_init__(self) -> None:
        if not _TABLE.fullmatch(self.table):
            raise ValueError(f"table {self.table!r} is not schema.table")
        if self.window_days < 1:
            raise ValueError(
                f"{self.table}: window_days is {self.window_days}; it must be 1 or more"
            )

    @property
    def suite_name(self) -> str:
        """Name of the suite of derived rules on this table."""
        purpose = "contract" if self.stream else "history"
        return f"{self.table.replace('.', '_', 1)}__{purpose}"


def window_days(freshness_days: float | None) -> int:
    """Return the days that are measured: a week, or as long as a source may be silent."""
    return max(SHORTEST_WINDOW_DAYS, math.ceil(freshness_days or 0))
