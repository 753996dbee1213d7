"""Which canonical stream each file supplies, by what columns, and what is missing for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft
from orchestration.draft.matching import Match, customer_columns, match_stream, says_stream
from orchestration.draft.streams import StreamDraft
from orchestration.draft.vocabulary import CanonicalStream, Vocabulary
from orchestration.extract.shapes import check_one_of
from orchestration.extract.sql_text import literal

NONE = "none"
# Further columns that make a file with no telling name likely to be of a stream.
ENOUGH_TELLING = 2
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
class ViewPlan:
    """One staging view.

    Attributes
    ----------
    supplies
        By canonical column, in the stream's order.
    missing
        Required columns that nothing supplies: the view is not written while there are any.
    conditions
        What rows must fulfil, with the reason.
    unmapped
        Columns of the file that the view leaves out.
    """

    stream: StreamDraft
    canonical: CanonicalStream
    supplies: Mapping[str, Supply]
    missing: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    unmapped: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the canonical stream."""
        return self.canonical.name


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


def candidates(stream: StreamDraft, vocabulary: Vocabulary) -> list[Candidate]:
    """Return the streams that a file may supply, the likeliest first."""
    found = []
    for canonical in vocabulary.streams.values():
        if not canonical.essential:
            continue
        candidate = weigh(stream, canonical, vocabulary)
        named = says_stream(stream, canonical)
        telling = sum(column in candidate.matches for column in canonical.telling)
        if canonical.needs_file_word and not named:
            continue
        if named or telling >= ENOUGH_TELLING:
            found.append(candidate)
    return sorted(found, key=lambda c: (len(c.lacking) > 0, -c.score, c.canonical.name))


def weigh(stream: StreamDraft, canonical: CanonicalStream, vocabulary: Vocabulary) -> Candidate:
    """Return how well a file fits one stream."""
    matches = match_stream(stream, canonical)
    customers = customer_columns_of(stream, canonical, vocabulary)
    lacking = []
    score = 2.0 if says_stream(stream, canonical) else 0.0
    for entry in canonical.essential:
        wanted = (entry,) if isinstance(entry, str) else entry
        if wanted == ("customer_key",):
            has = bool(customers)
        else:
            has = any(column in matches for column in wanted)
            score += max((matches[c].quality for c in wanted if c in matches), default=0.0)
        if not has:
            lacking.append(" or ".join(wanted))
        elif canonical.grain in wanted and not matches[canonical.grain].column.is_unique:
            repeated = matches[canonical.grain].column.name
            lacking.append(f"one row per {canonical.grain} ({repeated} stands in several)")
    score += sum(matches[column].quality for column in canonical.telling if column in matches)
    return Candidate(canonical=canonical, matches=matches, lacking=tuple(lacking), score=score)


def customer_columns_of(
    stream: StreamDraft, canonical: CanonicalStream, vocabulary: Vocabulary
) -> list[ColumnDraft]:
    """Return the columns that name the customer in a stream; accounts have one customer a row."""
    found = customer_columns(stream, vocabulary)
    if canonical.name in ("accounts", "contacts"):
        own = stream.column("id")
        if own is not None and says_stream(stream, canonical):
            found = [*found, own]
    if canonical.name == "accounts":
        found = [column for column in found if column.is_unique]
    return found


def choose(
    streams: Sequence[StreamDraft],
    vocabulary: Vocabulary,
    wishes: Wishes,
) -> tuple[dict[str, list[Candidate]], dict[str, list[Candidate]]]:
    """Choose the canonical streams of each file; one file supplies each.

    Returns
    -------
    tuple of dict
        Chosen candidates by the file's stream; and those not chosen, with what they lack.
    """
    ranked: dict[str, list[Candidate]] = {}
    for stream in streams:
        said = wishes.streams.get(stream.name)
        if said is None:
            ranked[stream.name] = candidates(stream, vocabulary)
        else:
            named = [name for name in said if name != NONE]
            ranked[stream.name] = [
                weigh(stream, vocabulary.stream(name), vocabulary) for name in named
            ]
    chosen: dict[str, list[Candidate]] = {stream.name: [] for stream in streams}
    left: dict[str, list[Candidate]] = {stream.name: [] for stream in streams}
    taken: set[str] = set()
    order = sorted(
        ((name in wishes.streams, candidate.score, name, candidate) for name, found in
         ranked.items() for candidate in found),
        key=lambda entry: (not entry[0], -entry[1], entry[2]),
    )  # fmt: skip
    for is_said, _, name, candidate in order:
        companions = [c.canonical for c in chosen[name]]
        fits = is_said or (
            not candidate.lacking and all(_go_together(candidate.canonical, c) for c in companions)
        )
        if fits and candidate.canonical.name not in taken:
            chosen[name].append(candidate)
            taken.add(candidate.canonical.name)
        else:
            left[name].append(candidate)
    return chosen, left


def _go_together(one: CanonicalStream, other: CanonicalStream) -> bool:
    return one.name in other.companions or other.name in one.companions


def plan_view(
    stream: StreamDraft,
    candidate: Candidate,
    vocabulary: Vocabulary,
    wishes: Wishes,
    *,
    source: str,
    answers_survey: bool,
) -> ViewPlan:
    """Return how a file supplies a stream, column by column.

    Parameters
    ----------
    answers_survey
        Whether the same file supplies survey answers, to which its comments then belong.
    """
    canonical = candidate.canonical
    supplies: dict[str, Supply] = {
        "source_name": Supply(sql=literal(source), meaning=f"Always {source}.")
    }
    customers = customer_columns_of(stream, canonical, vocabulary)
    for column, kind in canonical.columns.items():
        supply = (
            supplies.get(column)
            or _said(stream, canonical.name, column, kind, wishes)
            or _grain(stream, candidate, column, customers)
            or _customer(stream, column, customers, source)
            or _matched(candidate, column)
            or _response(stream, canonical, column, answers_survey=answers_survey)
        )
        if supply is not None:
            supplies[column] = supply
    if "customer_key" not in supplies:
        supplies.pop("customer_key_type", None)
    ordered = {column: supplies[column] for column in canonical.columns if column in supplies}
    used = {name for supply in ordered.values() for name in supply.columns}
    return ViewPlan(
        stream=stream,
        canonical=canonical,
        supplies=ordered,
        missing=tuple(column for column in canonical.required if column not in ordered),
        conditions=_conditions(stream, canonical, ordered),
        unmapped=tuple(column.name for column in stream.columns if column.name not in used),
    )


def _said(
    stream: StreamDraft, stream_name: str, column: str, kind: str, wishes: Wishes
) -> Supply | None:
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


def _grain(
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


def _customer(
    stream: StreamDraft, column: str, customers: Sequence[ColumnDraft], source: str
) -> Supply | None:
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


def _matched(candidate: Candidate, column: str) -> Supply | None:
    match = candidate.matches.get(column)
    if match is None:
        return None
    if column == candidate.canonical.grain:
        return None
    return Supply(
        sql=match.column.name, meaning=described(match.column), columns=(match.column.name,)
    )


def _response(
    stream: StreamDraft, canonical: CanonicalStream, column: str, *, answers_survey: bool
) -> Supply | None:
    """Return the response that a row is, where no column names it: a row of answers is one."""
    is_one = canonical.name == "survey_answers" or (canonical.name == "feedback" and answers_survey)
    return row_identity(stream) if column == "response_id" and is_one else None


def described(column: ColumnDraft) -> str:
    """Return a sentence about a column that a person may finish."""
    kind = ", UTC" if column.type == "timestamp" else ""
    personal = column.contract.personal_data
    return f"From {column.contract.source_name}{kind}{'; personal data' if personal else ''}."


def _conditions(
    stream: StreamDraft, canonical: CanonicalStream, supplies: Mapping[str, Supply]
) -> tuple[tuple[str, str], ...]:
    """Return the conditions on rows: those that make it one of the stream, and required values."""
    found = []
    for column, supply in supplies.items():
        if column not in (canonical.keep, *canonical.required) or not supply.columns:
            continue
        needed = [stream.column(name) for name in supply.columns]
        if len(needed) != 1 or needed[0] is None or needed[0].is_filled:
            continue
        empty = needed[0].facts.rows - needed[0].facts.told
        test = (
            f"trim({supply.sql}) <> ''"
            if needed[0].type == "string"
            else f"{supply.sql} is not null"
        )
        found.append((test, f"{empty} of {needed[0].facts.rows} sampled rows have no {column}"))
    return tuple(found)
