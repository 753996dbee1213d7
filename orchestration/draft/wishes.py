"""What the user says by flags, checked and sorted by what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.draft.columns import Settled
from orchestration.draft.dates import DATE_ORDERS
from orchestration.draft.drafting import Look, Plan
from orchestration.draft.plan import NONE
from orchestration.draft.supplies import Wishes
from orchestration.draft.vocabulary import Vocabulary
from orchestration.extract.shapes import TYPES, ContractError, check_one_of

MARKS = (".", ",")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """All that flags say.

    Attributes
    ----------
    dates, decimal_marks
        By the name of a file's stream; the empty name stands for all.
    types
        By ``stream.column`` or ``column``.
    files
        Canonical streams by file, as the user called the file.
    """

    wishes: Wishes = field(default_factory=Wishes)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    decimal_marks: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    null_texts: tuple[str, ...] = ()
    timezone: str | None = None
    owner: str | None = None
    encoding: str | None = None
    header_rows: int | None = None

    def check_used(self, plan: Plan) -> None:
        """Raise a `ContractError` when a constant or an expression is for no drafted column."""
        known = {
            name
            for view in plan.views
            for column in view.canonical.columns
            for name in (column, f"{view.name}.{column}")
        }
        for flag, said in (
            ("--constant", self.wishes.constants),
            ("--map", self.wishes.expressions),
        ):
            for name in said:
                check_one_of(flag, name, sorted(known))


def read_answers(options: Mapping[str, Any]) -> Answers:
    """Return the flags of the command, checked.

    Raises
    ------
    ContractError
        When a flag has no ``=``, or a value that is none of those allowed.
    """
    dates = _by_stream("--dates", options["dates"], DATE_ORDERS)
    marks = _by_stream("--decimal-mark", options["decimal_marks"], MARKS)
    types = dict(_pair("--type", text) for text in options["types"])
    for name, kind in types.items():
        check_one_of(f"--type {name}", kind, TYPES)
    files: dict[str, tuple[str, ...]] = {}
    for text in options["streams"]:
        file, stream = _pair("--stream", text)
        files[file] = (*files.get(file, ()), *(part.strip() for part in stream.split(",")))
    return Answers(
        wishes=Wishes(
            constants=dict(_pair("--constant", text) for text in options["constants"]),
            expressions=dict(_pair("--map", text) for text in options["expressions"]),
        ),
        files=files,
        dates=dates,
        decimal_marks=marks,
        types=types,
        null_texts=tuple(options["null_texts"]),
        timezone=options["timezone"],
        owner=options["owner"],
        encoding=options["encoding"],
        header_rows=options["header_rows"],
    )


def settled_by_stream(answers: Answers, streams: Sequence[str]) -> dict[str, Settled]:
    """Return what is settled beforehand, for each stream of files."""
    for flag, said in (("--dates", answers.dates), ("--decimal-mark", answers.decimal_marks)):
        for name in said:
            check_one_of(f"{flag}: file", name, ["", *streams])
    return {
        stream: Settled(
            date_order=answers.dates.get(stream, answers.dates.get("")),
            decimal_mark=answers.decimal_marks.get(stream, answers.decimal_marks.get("")),
            null_texts=answers.null_texts,
            types={
                name.removeprefix(f"{stream}."): kind
                for name, kind in answers.types.items()
                if "." not in name or name.startswith(f"{stream}.")
            },
        )
        for stream in streams
    }


def streams_of_files(
    answers: Answers, look: Look, vocabulary: Vocabulary
) -> dict[str, tuple[str, ...]]:
    """Return the canonical streams that the user named, by the stream of the file.

    A file is called by its stream's name, its own name, or that without its suffixes.
    """
    found: dict[str, tuple[str, ...]] = {}
    for file, streams in answers.files.items():
        named = {}
        for group in look.groups:
            named[group.name] = group.name
            for sample in group.samples:
                for alias in (sample.file.name, sample.file.path.name, sample.file.stem):
                    named.setdefault(alias, group.name)
        check_one_of("--stream: file", file, sorted(named))
        for stream in streams:
            if stream != NONE:
                vocabulary.stream(stream)
        found[named[file]] = streams
    return found


def check_timezone(name: str) -> None:
    """Raise a `ContractError` unless ``name`` is a zone."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        message = f"--timezone: {name!r} is no IANA zone like Europe/London"
        raise ContractError(message) from error


def _pair(flag: str, text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name.strip() or not value.strip():
        message = f"{flag}: {text!r} is no NAME=VALUE"
        raise ContractError(message)
    return name.strip(), value.strip()


def _by_stream(flag: str, texts: Sequence[str], allowed: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, separator, value = text.partition("=")
        name, value = (name, value) if separator else ("", text)
        check_one_of(flag, value, allowed)
        found[name] = value
    return found
