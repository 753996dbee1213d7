"""Which canonical stream each file supplies, by what columns, and what is missing for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.draft.columns import ColumnDraft
from orchestration.draft.matching import BY_NOUN, customer_columns, match_stream, says_stream
from orchestration.draft.streams import StreamDraft
from orchestration.draft.supplies import (
    Candidate,
    Supply,
    Wishes,
    customer_supply,
    grain_supply,
    load_supply,
    matched_supply,
    response_supply,
    said_supply,
)
from orchestration.draft.vocabulary import CanonicalStream, Vocabulary
from orchestration.extract.sql_text import literal

NONE = "none"
# Further columns that make a file with no telling name likely to be of a stream.
ENOUGH_TELLING = 2


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
    score = says_stream(stream, canonical)
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
        if own is not None and says_stream(stream, canonical) == BY_NOUN:
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
            or said_supply(stream, canonical.name, column, kind, wishes)
            or grain_supply(stream, candidate, column, customers)
            or customer_supply(stream, column, customers, source)
            or load_supply(canonical, column)
            or matched_supply(candidate, column)
            or response_supply(stream, canonical, column, answers_survey=answers_survey)
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
