"""What each column of a stream is: its type, its marks, and whether it holds personal data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.draft import words
from orchestration.draft.dates import DateGuess, guess_dates
from orchestration.draft.facts import Facts, gather_facts
from orchestration.draft.numbers import Marks, NumberGuess, guess_numbers
from orchestration.draft.sample import EXCEL_CELL
from orchestration.draft.values import NULL_TEXTS, share_that_fits, take_values
from orchestration.extract.shapes import ColumnContract

# From 2001 to 2039, in which operating systems' exports lie.
EPOCH_SECONDS = (978_307_200, 2_200_000_000)
# From 1970 to 2064.
EXCEL_DAYS = (25_569, 60_000)
LARGEST_DECIMAL = 1e15
MONEY_SCALE = 2
# A column of measures has more different values than this, a column of codes fewer.
MOST_CODES = 100


@dataclass(frozen=True, kw_only=True)
class ColumnPlace:
    """Where a column's sampled values are and what is known of it beforehand.

    Attributes
    ----------
    relation, cell
        Table of the sample and the column in it.
    header
        Its name in the file.
    name
        Its name in ``raw``.
    engine_type
        Type that the file states, empty when it states none.
    is_optional
        Whether some of the stream's files lack it.
    """

    relation: str
    cell: str
    header: str
    name: str
    engine_type: str = ""
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What the user, or the rest of the stream, says where values alone do not tell.

    Attributes
    ----------
    date_order
        ``dmy``, ``mdy`` or ``ymd``, for dates that could be several.
    decimal_mark
        ``.`` or ``,``, for numbers that could be two.
    null_texts
        Texts that stand for no value in every column, as written.
    types
        Type by column name.
    """

    date_order: str | None = None
    decimal_mark: str | None = None
    null_texts: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ColumnDraft:
    """A column as the draft has it.

    Attributes
    ----------
    contract
        What goes into the contract.
    facts
        Counts over the sample.
    question
        ``dates`` or ``decimal`` when the values allow several readings and nobody has said which;
        the column is text until then.
    choices
        Those readings, in words.
    null_texts
        Texts by which this column says that there is no value.
    notes
        What is uncertain.
    evidence
        Decimal mark that this column proves, which settles others of its stream.
    date_order
        Order of day and month that this column proves, likewise.
    has_naive_times
        Whether its times need the stream's time zone.
    """

    contract: ColumnContract
    facts: Facts
    question: str = ""
    choices: tuple[str, ...] = ()
    null_texts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: str = ""
    date_order: str = ""
    has_naive_times: bool = False

    @property
    def name(self) -> str:
        """Name in ``raw``."""
        return self.contract.name

    @property
    def type(self) -> str:
        """Type in the contract."""
        return self.contract.type

    @property
    def is_filled(self) -> bool:
        """Whether every sampled row has a value."""
        return (
            0
            < self.facts.rows
            == self.facts.told
            + (self.facts.filled - self.facts.told if self.type == "string" else 0)
        )

    @property
    def is_unique(self) -> bool:
        """Whether no sampled value stands twice."""
        return 0 < self.facts.rows == self.facts.distinct

    @property
    def is_comment(self) -> bool:
        """Whether it holds what people wrote."""
        return self.contract.personal_data == "comment"


def draft_column(
    connection: duckdb.DuckDBPyConnection, place: ColumnPlace, settled: Settled
) -> ColumnDraft:
    """Decide what a column is from its sampled values and its name."""
    nothing = {*NULL_TEXTS, *(text.lower() for text in settled.null_texts)}
    take_values(connection, place.relation, place.cell, nothing)
    facts = gather_facts(connection, place.relation, place.cell, nothing)
    typed = _Typing(connection=connection, place=place, settled=settled, facts=facts)
    outcome = typed.outcome()
    null_texts = facts.null_texts if outcome.type != "string" else ()
    personal = personal_data(place.name, outcome.type, facts)
    notes = [*outcome.notes]
    if personal != "comment":
        notes += _null_notes(facts, outcome.type, settled)
    bounds, bound_notes = _bounds(place.name, outcome.type, facts)
    options = {**outcome.options, **bounds}
    if place.is_optional:
        options["optional_column"] = True
    if outcome.type in ("date", "timestamp") and _may_be_future(place.name):
        options["may_be_future"] = True
    return ColumnDraft(
        contract=ColumnContract(
            name=place.name,
            source_name=place.header,
            type=outcome.type,
            personal_data=personal,
            **options,
        ),
        facts=facts,
        question=outcome.question,
        choices=outcome.choices,
        null_texts=null_texts,
        notes=(*notes, *bound_notes),
        evidence=outcome.evidence,
        date_order=outcome.date_order,
        has_naive_times=outcome.has_naive_times,
    )


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    choices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: str = ""
    date_order: str = ""
    has_naive_times: bool = False


TEXT = _Outcome(type="string")


@dataclass(frozen=True, kw_only=True)
class _Typing:
    connection: duckdb.DuckDBPyConnection
    place: ColumnPlace
    settled: Settled
    facts: Facts

    def outcome(self) -> _Outcome:
        """Return the type of the column with all that belongs to it."""
        stated = self.settled.types.get(self.place.name)
        if stated in ("string", "json", "boolean"):
            return _Outcome(type=stated)
        if self.place.engine_type not in ("", "boolean", "json", EXCEL_CELL):
            return self._of_engine_type(self.place.engine_type)
        if self.place.engine_type == "json" or self.facts.is_json:
            return _Outcome(type="json")
        if not self.facts.told:
            note = (
                "the sample holds no value" if not self.facts.filled else "no value but null texts"
            )
            return _Outcome(type="string", notes=(f"{note}, so it is taken for text",))
        if self.place.engine_type == "boolean" or self.facts.is_truth_value:
            return _Outcome(type="boolean")
        numbers = guess_numbers(self.connection)
        if numbers.ways:
            return self._of_numbers(numbers, stated)
        return self._of_dates(guess_dates(self.connection))

    def _of_numbers(self, numbers: NumberGuess, stated: str | None) -> _Outcome:
        name = self.place.name
        if stated is None and self._is_excel_day(numbers):
            return _Outcome(
                type="date" if numbers.is_whole else "timestamp",
                has_naive_times=not numbers.is_whole,
            )
        if stated is None and numbers.is_whole:
            if words.is_time(name) and (time := self._whole_number_time(numbers)) is not None:
                return time
            if self.facts.is_zero_or_one and name.startswith(("is_", "has_", "was_")):
                return _Outcome(type="boolean")
        if stated is None and (words.is_id(name) or numbers.has_zero_ahead):
            return TEXT
        is_money = bool(words.MONEY_WORDS.intersection(words.words_of(name)[-1:]))
        if numbers.is_whole and stated in (None, "integer") and not is_money:
            return self._fitting(_Outcome(type="integer"))
        way = numbers.settled(self.settled.decimal_mark)
        if way is None:
            readings = tuple(f"{way.decimal!r} is the decimal mark" for way in numbers.ways)
            return _Outcome(type="string", question="decimal", choices=readings)
        return self._fitting(self._decimal(numbers, way, stated))

    def _is_excel_day(self, numbers: NumberGuess) -> bool:
        """Whether the cells of a workbook hold days, which are numbers from 1900 on."""
        smallest, largest = numbers.smallest or 0, numbers.largest or 0
        return (
            self.place.engine_type == EXCEL_CELL
            and words.is_time(self.place.name)
            and EXCEL_DAYS[0] <= smallest
            and largest <= EXCEL_DAYS[1]
        )

    def _decimal(self, numbers: NumberGuess, way: Marks, stated: str | None) -> _Outcome:
        options: dict[str, Any] = {}
        if way.decimal != ".":
            options["decimal_mark"] = way.decimal
        if way.thousands:
            options["thousands_mark"] = way.thousands
        largest = max(abs(numbers.smallest or 0), abs(numbers.largest or 0))
        is_money = numbers.scale <= MONEY_SCALE and largest < LARGEST_DECIMAL
        kind = stated or ("decimal" if is_money else "double")
        if numbers.currency_marks:
            options["strip"] = numbers.currency_marks
        proven = not numbers.is_ambiguous and (numbers.scale or way.thousands)
        return _Outcome(
            type=kind,
            options=options,
            evidence=way.decimal if proven else "",
        )

    def _whole_number_time(self, numbers: NumberGuess) -> _Outcome | None:
        """Return the outcome for a moment written as a number: epoch, or a day without marks."""
        smallest, largest = numbers.smallest or 0, numbers.largest or 0
        for unit, factor in (("epoch_s", 1), ("epoch_ms", 1000)):
            if EPOCH_SECONDS[0] * factor <= smallest and largest <= EPOCH_SECONDS[1] * factor:
                return _Outcome(type="timestamp", options={"formats": (unit,)})
        dates = guess_dates(self.connection)
        return self._of_dates(dates) if dates.readings else None

    def _of_dates(self, dates: DateGuess) -> _Outcome:
        if not dates.readings:
            return TEXT
        reading = dates.settled(self.settled.date_order)
        if reading is None:
            choices = tuple(
                f"{reading.order}: {' or '.join(reading.formats)}" for reading in dates.readings
            )
            return _Outcome(type="string", question="dates", choices=choices)
        options = {"formats": reading.formats} if reading.formats else {}
        naive = reading.type == "timestamp" and not reading.has_offset
        return self._fitting(
            _Outcome(
                type=reading.type,
                options=options,
                has_naive_times=naive,
                date_order="" if dates.is_ambiguous else reading.order,
            )
        )

    def _fitting(self, outcome: _Outcome) -> _Outcome:
        """Return ``outcome`` with a note of the sampled values that the loader could not read."""
        column = ColumnContract(
            name="value",
            type=outcome.type,
            **outcome.options,
        )
        share = share_that_fits(self.connection, column)
        if share == 1.0:
            return outcome
        if self.facts.distinct <= MOST_CODES:
            # Few different values, most of them figures: codes, some of which have letters.
            note = f"not all values are {outcome.type}, and they are few: taken for codes"
            return _Outcome(type="string", notes=(note,))
        misfits = round((1 - share) * self.facts.told)
        note = (
            f"{misfits} of {self.facts.told} sampled values are no {outcome.type}; their rows go "
            f"to quarantine (or say --type {self.place.name}=string)"
        )
        return _Outcome(**{**vars(outcome), "notes": (*outcome.notes, note)})

    def _of_engine_type(self, kind: str) -> _Outcome:
        if kind.startswith("TIMESTAMP"):
            return _Outcome(type="timestamp", has_naive_times="TIME ZONE" not in kind)
        if kind.startswith("DECIMAL"):
            scale = int(kind.rstrip(")").rpartition(",")[2])
            return _Outcome(type="decimal", options={"scale": scale})
        simple = {"DATE": "date", "BOOLEAN": "boolean", "FLOAT": "double", "DOUBLE": "double"}
        if kind in simple:
            return _Outcome(type=simple[kind])
        if kind.endswith("INT") or kind == "INTEGER":
            return _Outcome(type="integer")
        return _Outcome(type="json" if kind.endswith(("]", ")")) else "string")


def personal_data(name: str, kind: str, facts: Facts) -> str | None:
    """Return the kind of personal data that a column seems to hold, by its values and its name."""
    said = set(words.words_of(name))
    if facts.email_share >= 0.5 or (said & {"email", "mail"} and facts.email_share > 0):
        return "email"
    if kind in ("boolean", "json") or words.words_of(name)[-1:] in (["id"], ["count"]):
        return None
    if said & words.PHONE_WORDS or facts.phone_share >= 0.5:
        return "phone"
    if said & words.OTHER_PERSONAL_WORDS:
        return "other"
    if kind != "string":
        return None
    is_person = bool(said & words.PERSON_WORDS) and "name" in said
    if (name in words.NAME_HEADERS and name != "name") or is_person:
        return "name"
    wordy = facts.mean_words >= 2 or facts.distinct > facts.told * 0.3
    if (said & words.COMMENT_WORDS and wordy) or (
        facts.mean_words >= 5 and facts.distinct > facts.told * 0.5
    ):
        return "comment"
    return None


def _bounds(name: str, kind: str, facts: Facts) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the scale of a survey's score, as its name and its values suggest."""
    low, high = facts.smallest, facts.largest
    if kind != "integer" or low is None or high is None or not words.is_score(name):
        return {}, ()
    scales = ((0, 10),) if "nps" in words.words_of(name) else ((1, 5), (1, 7), (0, 10), (0, 100))
    scale = next((s for s in scales if s[0] <= low and high <= s[1]), None)
    if scale is None:
        return {}, ()
    note = f"taken for a score from {scale[0]} to {scale[1]}: the sample holds {low:g} to {high:g}"
    return {"minimum": scale[0], "maximum": scale[1]}, (note,)


def _null_notes(facts: Facts, kind: str, settled: Settled) -> list[str]:
    unsaid = [text for text in facts.null_texts if text not in settled.null_texts]
    if not unsaid:
        return []
    found = ", ".join(repr(text) for text in unsaid)
    if kind != "string":
        return [f"{found} stands for no value, since all else is {kind}"]
    flags = " ".join(f"--null '{text}'" for text in unsaid)
    return [f"holds {found}, kept as text; if it means no value, say {flags}"]


def _may_be_future(name: str) -> bool:
    return bool(words.FUTURE_WORDS.intersection(words.words_of(name)))


def unsettled(columns: Collection[ColumnDraft], question: str) -> list[ColumnDraft]:
    """Return the columns that wait for an answer to ``question``."""
    return [column for column in columns if column.question == question]
