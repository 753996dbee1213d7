"""Identifiers as they are looked for in files, and how Salesforce writes one in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# What must not stand before and behind a value: it would make it a part of another.
NOT_BEFORE = r"A-Za-z0-9_.+-"
NOT_BEHIND = r"A-Za-z0-9_"

# Reports and formulas of Salesforce give the first 15 characters of an id, in which case tells
# records apart; the other three say which of them are capitals, five to a character.
SHORT_ID = re.compile(r"[A-Za-z0-9]{15}")
LONG_ID = re.compile(r"[A-Za-z0-9]{15}[A-Z0-5]{3}")
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
GROUP = 5


@dataclass(frozen=True, kw_only=True)
class Identifiers:
    """Identifiers that mean one person wherever they stand.

    Attributes
    ----------
    in_any_case
        Those that mean the same in capitals.
    as_written
        Those that mean somebody else in another case.
    """

    in_any_case: tuple[str, ...]
    as_written: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to look for."""
        return bool(self.in_any_case or self.as_written)

    @property
    def expression(self) -> str:
        """Regular expression of one of them, for Python and for the engine."""
        anyhow = [f"(?i:{'|'.join(map(re.escape, self.in_any_case))})"] if self.in_any_case else []
        return "|".join([*anyhow, *map(re.escape, self.as_written)])

    @property
    def pattern(self) -> re.Pattern[str]:
        """Pattern of one of them as a whole, not as a part of another."""
        return re.compile(f"(?<![{NOT_BEFORE}])(?:{self.expression})(?![{NOT_BEHIND}])")


def long_id(short: str) -> str:
    """Return a Salesforce id of 15 characters with the three that tell its capitals."""
    groups = [short[start : start + GROUP] for start in range(0, len(short), GROUP)]
    ends = (
        CAPITALS[sum(2**place for place, character in enumerate(group) if character.isupper())]
        for group in groups
    )
    return short + "".join(ends)


def short_id(value: str) -> str | None:
    """Return the short form of a Salesforce id; None for what cannot be one.

    The three last characters have to follow from the others, which those of an id of another
    system do by chance once in thirty thousand.
    """
    short = value[: GROUP * 3]
    return short if LONG_ID.fullmatch(value) and long_id(short) == value else None


def short_ids(values: Iterable[str]) -> frozenset[str]:
    """Return the short forms of those values that have one."""
    return frozenset(short for short in map(short_id, values) if short is not None)


def spellings(keys: Iterable[str]) -> frozenset[str]:
    """Return keys of rows together with the other form of those that Salesforce may have given."""
    known = frozenset(keys)
    longer = {long_id(key) for key in known if SHORT_ID.fullmatch(key)}
    return known | longer | short_ids(known)
