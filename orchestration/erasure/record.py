"""What is kept of an erasure: that it happened, when, why and how much, and no word of whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

FOLDER = "erasures"


@dataclass(frozen=True, kw_only=True)
class ErasureRecord:
    """One erasure.

    Attributes
    ----------
    erased_at
        UTC without zone.
    rows_per_file
        Rows taken out, by ``source/file``.
    files_marked
        Files in which identifiers elsewhere were replaced by a mark.
    files_searched
        Files looked through for the proof.
    """

    erased_at: datetime
    erased_by: str
    why: str
    is_whole_customer: bool
    rows_per_file: Mapping[str, int]
    files_marked: int
    files_searched: int

    @property
    def row_count(self) -> int:
        """Rows taken out of landing."""
        return sum(self.rows_per_file.values())


def write_record(landing: Path, record: ErasureRecord) -> Path:
    """Write ``erasures/<time>.json`` below the stewards' landing folder and return its path."""
    folder = landing / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record.erased_at:%Y%m%dT%H%M%S%f}Z.json"
    content = {**asdict(record), "erased_at": record.erased_at.isoformat() + "Z"}
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path
