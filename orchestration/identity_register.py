"""The register of ids: landing files, one per run that saw something new, never changed.

A customer keeps an id although records arrive, merge and split. Which record came first cannot be
told from the records themselves, so it is written down when an id is issued; a warehouse that is
built anew from landing reads it and gives the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pandas as pd

FOLDER = "identifier_events"
COLUMNS = (
    "entity",
    "identifier",
    "event",
    "current_identifier",
    "record_kind",
    "record_source_name",
    "record_id",
    "effective_on",
    "recorded_at",
    "reason",
)


@dataclass(frozen=True, kw_only=True)
class WrittenEvents:
    """What was added to the register; no file where nothing was new."""

    rows: int
    file: Path | None


def append_events(
    history: pd.DataFrame, landing_dir: Path, *, recorded_at: datetime
) -> WrittenEvents:
    """Write the events that no earlier run saw.

    Parameters
    ----------
    history
        Table ``int_identifier_history``: the columns of the register, and ``is_new``.
    landing_dir
        Landing folder of the source ``identity_register``; made when there is something to write.
    recorded_at
        When the run received its files, UTC without zone.

    Raises
    ------
    FileExistsError
        When a file of the same name with other content is there: files of landing never change.
    """
    events = history[history["is_new"]].copy()
    if events.empty:
        return WrittenEvents(rows=0, file=None)
    events["recorded_at"] = recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    events["effective_on"] = pd.to_datetime(events["effective_on"]).dt.strftime("%Y-%m-%d")
    ordered = events[list(COLUMNS)].sort_values(list(COLUMNS), ignore_index=True)
    content = ordered.to_csv(index=False, lineterminator="\n").encode()
    folder = landing_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256(content).hexdigest()[:12]
    file = folder / f"{recorded_at:%Y%m%dT%H%M%S}_{digest}.csv"
    if file.exists():
        if file.read_bytes() != content:
            raise FileExistsError(f"{file} holds other events; files of landing never change")
        return WrittenEvents(rows=len(ordered), file=file)
    # A run that was killed left its half behind; one run at a time writes here.
    for left in folder.glob("*.part"):
        left.unlink()
    # Readers take files by their ending, so half a file is never read.
    half = file.with_suffix(".part")
    half.write_bytes(content)
    half.rename(file)
    return WrittenEvents(rows=len(ordered), file=file)
