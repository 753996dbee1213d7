"""Corrections by spreadsheet: quarantined rows written out, and read back with what was filled in.

A line gives the new text of the column at fault in ``corrected_value``, that of any other column in
``set:<column>``, and the reason in ``why``. An empty cell changes nothing; ``(empty)`` empties.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from orchestration.stewardship.decisions import DecisionError
from orchestration.stewardship.desk import Desk, Row
from orchestration.stewardship.entries import entry
from orchestration.stewardship.settling import Signature

SHOWN = (
    "quarantine_id", "status", "source_name", "stream", "file_name", "line_number", "reason_code",
    "column_name", "value", "message", "received_at", "waiting", "raw_text",
)  # fmt: skip
CORRECTED, WHY, OTHER_COLUMN = "corrected_value", "why", "set:"
EMPTY = "(empty)"
# A spreadsheet takes a cell that begins so for a formula and would run what a row holds.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t"


def write_entries(target: TextIO, entries: Sequence[Row], columns: Sequence[str] = ()) -> None:
    """Write entries as CSV with cells to fill in.

    Parameters
    ----------
    columns
        Columns of the stream when all entries are of one; each gets a cell of its own.
    """
    names = (*SHOWN, CORRECTED, *(f"{OTHER_COLUMN}{column}" for column in columns), WHY)
    writer = csv.DictWriter(target, fieldnames=names, restval="", lineterminator="\n")
    writer.writeheader()
    for found in entries:
        writer.writerow({name: _harmless(found[name]) for name in SHOWN})


def read_corrections(
    desk: Desk, path: Path, *, by: str, why: str | None
) -> list[tuple[Row, Mapping[str, str], Signature]]:
    """Return the corrections of a filled-in CSV, for `settling.fix`.

    Parameters
    ----------
    why
        Reason of lines that give none.

    Raises
    ------
    DecisionError
        Names the line and what is wrong with it; lines without a correction are passed over.
    """
    header, lines = _read(path)
    corrections: list[tuple[Row, Mapping[str, str], Signature]] = []
    for number, line in lines:
        given = _given(header, line)
        at_fault = line.get(CORRECTED, "")
        if not given and not at_fault:
            continue
        place = f"{path.name}, line {number}"
        reason = line.get(WHY, "").strip() or why
        if not reason:
            raise DecisionError(f"{place}: gives no reason: fill in {WHY!r}, or give --why")
        found = entry(desk, line.get("quarantine_id", "").strip())
        if at_fault:
            if not found["column_name"] or ", " in found["column_name"]:
                raise DecisionError(
                    f"{place}: {found['reason_code']} is no fault of one column: use "
                    f"{OTHER_COLUMN}<column> instead of {CORRECTED}"
                )
            given.setdefault(found["column_name"], _text(at_fault))
        corrections.append((found, given, Signature(by=by, why=reason)))
    if not corrections:
        raise DecisionError(
            f"{path.name}: no line is filled in: put the new text into {CORRECTED!r} or "
            f"{OTHER_COLUMN}<column>"
        )
    return corrections


def _read(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DecisionError(f"{path.name} is not UTF-8: save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if "quarantine_id" not in header:
            raise DecisionError(
                f"{path.name}: has no column quarantine_id: begin with what `throughline steward "
                "list --csv` writes"
            )
        lines = []
        for cells in reader:
            if any(cells):
                if len(cells) > len(header):
                    raise DecisionError(
                        f"{path.name}, line {reader.line_num}: has {len(cells)} cells, the header "
                        f"{len(header)}: quote cells that hold {delimiter!r}"
                    )
                lines.append((reader.line_num, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        raise DecisionError(f"{path.name}, line {reader.line_num}: {error}") from error
    return header, lines


def _given(header: Sequence[str], line: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(OTHER_COLUMN): _text(line[name])
        for name in header
        if name.startswith(OTHER_COLUMN) and line.get(name)
    }


def _text(cell: str) -> str:
    return "" if cell.strip() == EMPTY else cell


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text
