"""How decisions and quarantined rows are shown to a steward on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from orchestration.stewardship.desk import Row

LONGEST_CELL = 60
# What a row holds must not steer the terminal that shows it.
CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def as_json(value: Any) -> str:
    """Return anything shown here as JSON, times as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_iso)


def table(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    """Yield rows as aligned text with a header line; long cells are cut."""
    shown = [[_cell(row[name]) for name in columns] for row in rows]
    widths = [
        max(len(line[position]) for line in [list(columns), *shown])
        for position in range(len(columns))
    ]
    for line in [list(columns), *shown]:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def entry_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield one quarantined row in full."""
    for name in ("quarantine_id", "status", "waiting", "source_name", "stream", "file_name",
                 "line_number", "received_at", "reason_code", "column_name", "value", "message",
                 "decision_id", "decided_by", "decided_at"):  # fmt: skip
        if found[name] is not None:
            yield f"{name:<16} {_plain(found[name])}"
    if found["raw_text"] is not None:
        yield f"{'raw_text':<16} {_plain(found['raw_text'])}"
    if found["row_values"]:
        yield "values as read (none where the text did not fit its type):"
        for name, value in json.loads(found["row_values"]).items():
            yield f"  {name:<24} {_plain(value)}"
    if found["contract"]:
        yield "contract:"
        for rule in found["contract"]:
            yield "  " + ", ".join(f"{key}: {_rule(value)}" for key, value in rule.items())
    yield "decisions so far:" if found["decisions"] else "decisions so far: none"
    for decided in found["decisions"]:
        waits = ", waits for the next run" if decided["is_waiting"] else ""
        yield (
            f"  {decided['decision_id']} {decided['kind']} by {decided['decided_by']} on "
            f"{decided['decided_at']:%Y-%m-%d %H:%M} UTC, {decided['state']}{waits}: "
            f"{decided['why']}"
        )


def _cell(value: Any) -> str:
    text = _plain(value).replace("\n", "⏎").replace("\t", " ")
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value).translate(CONTROL)


def _rule(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


def _iso(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
