"""Which column of a file each column of the contract is, and what is odd about the header."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from orchestration.extract.shapes import PATH_PREFIX, ColumnContract, StreamContract
from orchestration.extract.sql_text import literal
from orchestration.extract.text_files import FileProblemError

DELIMITERS = ",;\t|"


def match_columns(
    contract: StreamContract, names: Sequence[str]
) -> tuple[dict[str, int | None], list[str]]:
    """Return where each contract column stands in the file, and what is odd about the header.

    A column is the first of its names that the header has, letter by letter; failing that, the
    first that it has but for upper and lower case and that no other column has taken.

    Raises
    ------
    FileProblemError
        When a column is missing, or one that the contract asks for stands twice.
    """
    counts = Counter(names)
    positions: dict[str, int | None] = {}
    for column in contract.columns:
        name = next((name for name in _header_names(column) if counts[name]), None)
        if name is not None and counts[name] > 1:
            message = f"the header names {name!r} {counts[name]} times; keep one of them"
            raise FileProblemError(message)
        positions[column.name] = None if name is None else names.index(name)
    _match_without_case(contract, names, positions)
    missing: list[str] = []
    warnings: list[str] = []
    for column in contract.columns:
        if positions[column.name] is not None:
            continue
        if column.optional_column:
            warnings.append(f"the optional column {column.source_name!r} is missing, null instead")
        else:
            missing.append(column.source_name)
    if missing:
        raise FileProblemError(_missing_columns(contract, names, missing))
    taken = set(positions.values())
    unknown = [name for position, name in enumerate(names) if position not in taken]
    if unknown:
        warnings.append(
            f"columns that the contract does not know are kept in _extra: {', '.join(unknown)}"
        )
    return positions, warnings


def _match_without_case(
    contract: StreamContract, names: Sequence[str], positions: dict[str, int | None]
) -> None:
    """Fill in the columns that are there but for upper and lower case."""
    taken = set(positions.values())
    free: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        if position not in taken:
            free.setdefault(name.casefold(), []).append(position)
    for column in contract.columns:
        if positions[column.name] is not None:
            continue
        alike = [name for name in _header_names(column) if name.casefold() in free]
        if not alike:
            continue
        name = alike[0]
        found = free.pop(name.casefold())
        if len(found) > 1:
            spelled = " and ".join(repr(names[position]) for position in found)
            message = (
                f"the header has {spelled}, either of which may be {name!r}; write in the "
                "contract's `from` which one is meant, letter by letter"
            )
            raise FileProblemError(message)
        positions[column.name] = found[0]


def _header_names(column: ColumnContract) -> list[str]:
    return [name for name in column.names if not name.startswith(PATH_PREFIX)]


def _missing_columns(contract: StreamContract, names: Sequence[str], missing: list[str]) -> str:
    """Describe what the header lacks; names of the file only where they resemble a wanted one."""
    hints = []
    for name in missing:
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        hints.append(f"{name!r}" + (f" (the file has {nearest[0]!r})" if nearest else ""))
    message = (
        f"the header lacks {', '.join(hints)}; it has {len(names)} columns, the contract "
        f"{len(contract.columns)}; rename the column in the export, set `from` in the contract, or "
        "mark it optional_column"
    )
    found = [mark for mark in DELIMITERS if len(names) == 1 and mark in names[0]]
    if contract.format == "csv" and found:
        message += f"; the delimiter seems to be {found[0]!r}, the contract says "
        message += f"{contract.delimiter!r}"
    return message


def extra_object(entries: Sequence[tuple[str, str]]) -> str:
    """Return the expression of a JSON object of the entries, ``null`` when there are none.

    Where a name stands again, the later ones are numbered.
    """
    if not entries:
        return "null"
    seen: Counter[str] = Counter()
    pairs = []
    for name, value in entries:
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} ({seen[name]})"
        pairs.append(f"{literal(key)}, {value}")
    return f"json_object({', '.join(pairs)})"
