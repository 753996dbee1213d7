"""A decision, and the immutable file that each command of a steward leaves in landing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.extract.decision_states import (
    DECISION_COLUMNS,
    LONGEST_WAIVER_DAYS,
    PAIR_KINDS,
    ROW_KINDS,
)

KINDS = (*ROW_KINDS, "waive", *PAIR_KINDS, "undo")
FOLDER = "decisions"
# Written whole before they get their name, which the source's `files` does not match until then.
DRAFT_SUFFIX = ".draft"


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why and what can."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision of a steward; its fields are the columns of the source ``stewardship``.

    Parameters
    ----------
    kind
        One of `KINDS`.
    decided_at
        UTC without zone.
    decided_by, why
        Who, and the reason; neither may be blank.
    corrected_values
        Of a fix: ``{column: text as it should stand in the file}``, never empty.
    valid_until
        Of a waiver: last day, at most `LONGEST_WAIVER_DAYS` after the decision.
    """

    kind: str
    decided_at: datetime
    decided_by: str
    why: str
    quarantine_id: str | None = None
    row_mark: str | None = None
    source_name: str | None = None
    stream: str | None = None
    file_name: str | None = None
    line_number: int | None = None
    corrected_values: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    expectation: str | None = None
    valid_until: date | None = None
    left_key_type: str | None = None
    left_key: str | None = None
    right_key_type: str | None = None
    right_key: str | None = None
    undoes: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DecisionError(f"kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if not self.why.strip():
            raise DecisionError("--why is blank: say why, for whoever asks in a year's time")
        if not self.decided_by.strip():
            raise DecisionError("who decides is not known: give --by NAME, or set THROUGHLINE_USER")
        if self.kind == "fix" and not self.corrected_values:
            raise DecisionError("a fix corrects at least one column: --set column=value")
        if self.kind == "waive":
            self._check_waiver()

    def _check_waiver(self) -> None:
        if self.valid_until is None:
            raise DecisionError("a waiver ends: give --until YYYY-MM-DD")
        first, last = self.decided_at.date(), self.latest_end
        if not first <= self.valid_until <= last:
            raise DecisionError(
                f"--until {self.valid_until} is not between {first} and {last}: a waiver begins "
                f"today and holds for at most {LONGEST_WAIVER_DAYS} days"
            )

    @property
    def latest_end(self) -> date:
        """Last day that a waiver decided now may name."""
        return self.decided_at.date() + timedelta(days=LONGEST_WAIVER_DAYS)

    @property
    def decision_id(self) -> str:
        """Identity: the same decision of the same moment has the same."""
        text = json.dumps(self._content(), ensure_ascii=False, sort_keys=True)
        return "d" + hashlib.sha256(text.encode()).hexdigest()[:19]

    def record(self) -> dict[str, Any]:
        """Return the line of the file, every column of the contract in its place."""
        content = {"decision_id": self.decision_id, **self._content()}
        return {name: content[name] for name in DECISION_COLUMNS}

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        content["corrected_values"] = dict(self.corrected_values) or None
        content["decided_at"] = f"{self.decided_at.isoformat(timespec='microseconds')}Z"
        content["valid_until"] = self.valid_until.isoformat() if self.valid_until else None
        return content


def write_decisions(landing: Path, decisions: Sequence[Decision]) -> Path:
    """Write the decisions of one command as one file, whole or not at all, and never change it.

    Parameters
    ----------
    landing
        Landing folder of the source ``stewardship``.
    decisions
        At least one; their times are the same or rise.

    Returns
    -------
    Path
        ``decisions/<month>/<time>-<decision_id>.jsonl``; names sort by time.
    """
    first = decisions[0]
    moment = first.decided_at
    folder = landing / FOLDER / f"{moment:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{moment:%Y%m%dT%H%M%S%f}Z-{first.decision_id}.jsonl"
    draft = folder / f".{path.name}.{os.getpid()}{DRAFT_SUFFIX}"
    lines = [json.dumps(decision.record(), ensure_ascii=False) for decision in decisions]
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, refuses a name that is taken.
        path.hardlink_to(draft)
    except FileExistsError as error:
        raise DecisionError(
            f"{path.name} is written already: the same command at the same moment"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def as_arrow(decisions: Sequence[Decision]) -> pa.Table:
    """Return decisions as a table of texts, columns as in the contract."""
    schema = pa.schema([(name, pa.string()) for name in DECISION_COLUMNS])
    return pa.Table.from_pylist([_texts(decision.record()) for decision in decisions], schema)


def _texts(record: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        name: value
        if value is None or isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        for name, value in record.items()
    }


def now() -> datetime:
    """Return the present in UTC without zone; only the command line asks for it."""
    return datetime.now(tz=UTC).replace(tzinfo=None)
