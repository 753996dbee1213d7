"""How single columns of a canonical stream are filled from a file, or by what the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft
from orchestration.draft.matching import Match
from orchestration.draft.streams import StreamDraft
from orchestration.draft.vocabulary import CanonicalStream
from orchestration.extract.shapes import check_one_of
from orchestration.extract.sql_text import literal

WORD = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user has said about streams.

    Attributes
    ----------
    streams
        Canonical streams by the name of a file's stream; ``none`` for a file that feeds nothing.
    constants
        Value by ``column`` or ``stream.column``.
    expressions
        SQL, or a column's name, likewise.
    """

    streams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)

    def of(self, said: Mapping[str, str], stream: str, column: str) -> str | None:
        """Return what was said of a stream's column, before what was said of all streams."""
        return said.get(f"{stream}.{column}", said.get(column))


@dataclass(frozen=True, kw_only=True)
class Supply:
    """How one canonical column is filled.

    Attributes
    ----------
    sql
        Expression over the file's columns.
    meaning
        Sentence for the model's description.
    columns
        Columns of the file that it uses.
    """

    sql: str
    meaning: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A stream that a file may supply.

    Attributes
    ----------
    lacking
        Essential columns that the file does not have.
    score
        The higher, the likelier.
    """

    canonical: CanonicalStream
    matches: Mapping[str, Match]
    lacking: tuple[str, ...]
    score: float


def said_supply(
    stream: StreamDraft, stream_name: str, column: str, kind: str, wishes: Wishes
) -> Supply | None:
    """Return what the user has said of a column: a constant, a column or an expression."""
    constant = wishes.of(wishes.constants, stream_name, column)
    if constant is not None:
        return Supply(sql=typed_literal(column, kind, constant), meaning=f"Always {constant}.")
    expression = wishes.of(wishes.expressions, stream_name, column)
    if expression is None:
        return None
    named = stream.column(expression)
    if named is not None:
        return Supply(sql=named.name, meaning=described(named), columns=(named.name,))
    known = {c.name for c in stream.columns}
    used = tuple(sorted(known.intersection(word.lower() for word in WORD.findall(expression))))
    return Supply(sql=expression, meaning="Worked out in the view.", columns=used)


def typed_literal(column: str, kind: str, text: str) -> str:
    """Return a constant as an SQL literal of a canonical column's type.

    Raises
    ------
    ContractError
        When the text is none of the type.
    """
    if kind == "boolean":
        check_one_of(f"--constant {column}", text, ["true", "false"])
        return text
    if kind in ("double", "bigint") or kind.startswith("decimal"):
        check_one_of(
            f"--constant {column} (a number)",
            text if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else repr(text),
            [text],
        )
        return text
    if kind in ("timestamp", "date"):
        return f"cast({literal(text)} as {kind})"
    return literal(text)


def grain_supply(
    stream: StreamDraft, candidate: Candidate, column: str, customers: Sequence[ColumnDraft]
) -> Supply | None:
    """Return what identifies a row: an id of its own, the file's key, or the line in the file."""
    canonical = candidate.canonical
    if column != canonical.grain:
        return None
    if canonical.name == "accounts" and customers:
        return Supply(
            sql=customers[0].name, meaning=described(customers[0]), columns=(customers[0].name,)
        )
    match = candidate.matches.get(column)
    if match is not None and match.column.is_unique:
        return Supply(
            sql=match.column.name, meaning=described(match.column), columns=(match.column.name,)
        )
    if column in canonical.essential:
        # An order or a ticket has an id of its own; a row of the file is not one of them.
        return None
    return row_identity(stream)


def row_identity(stream: StreamDraft) -> Supply:
    """Return the expression that identifies a row of a file."""
    key = stream.key.columns
    if len(key) == 1:
        column = stream.column(key[0])
        return Supply(
            sql=key[0], meaning=described(column) if column else f"{key[0]}.", columns=key
        )
    if key:
        parts = ", ':', ".join(f"cast({name} as varchar)" for name in key)
        return Supply(sql=f"concat({parts})", meaning=f"{' and '.join(key)}.", columns=key)
    return Supply(
        sql="concat(_source_file, ':', cast(_source_line as varchar))",
        meaning="File and line: the file carries no id.",
    )


def customer_supply(
    stream: StreamDraft, column: str, customers: Sequence[ColumnDraft], source: str
) -> Supply | None:
    """Return the kind of a row's customer key, or the key."""
    if not customers or column not in ("customer_key_type", "customer_key"):
        return None
    kind, sql = identity_of(stream, customers[0], source)
    if column == "customer_key_type":
        return Supply(sql=literal(kind), meaning="Kind of customer_key.")
    return Supply(sql=sql, meaning=described(customers[0]), columns=(customers[0].name,))


def identity_of(stream: StreamDraft, column: ColumnDraft, source: str) -> tuple[str, str]:
    """Return the identity type that a column's values have, and the expression of the value."""
    personal = column.contract.personal_data
    if personal == "email":
        return "email", f"lower(trim({column.name}))"
    if personal == "phone":
        return "phone", f"trim({column.name})"
    name = column.name
    if name == "id":
        name = f"{words.singular(stream.name)}_id"
    return f"{source}_{name}", column.name


def matched_supply(candidate: Candidate, column: str) -> Supply | None:
    """Return the column of the file that matches by name, type and values."""
    match = candidate.matches.get(column)
    if match is None:
        return None
    if column == candidate.canonical.grain:
        return None
    return Supply(
        sql=match.column.name, meaning=described(match.column), columns=(match.column.name,)
    )


def response_supply(
    stream: StreamDraft, canonical: CanonicalStream, column: str, *, answers_survey: bool
) -> Supply | None:
    """Return the response that a row is, where no column names it: a row of answers is one."""
    is_one = canonical.name == "survey_answers" or (canonical.name == "feedback" and answers_survey)
    return row_identity(stream) if column == "response_id" and is_one else None


def load_supply(canonical: CanonicalStream, column: str) -> Supply | None:
    """Return the load of a row: a drafted view reads one row of its file for one interaction."""
    if canonical.name != "interactions" or column != "load_id":
        return None
    return Supply(sql="_load_id", meaning="Load that brought the row.")


def described(column: ColumnDraft) -> str:
    """Return a sentence about a column that a person may finish."""
    kind = ", UTC" if column.type == "timestamp" else ""
    personal = column.contract.personal_data
    return f"From {column.contract.source_name}{kind}{'; personal data' if personal else ''}."
