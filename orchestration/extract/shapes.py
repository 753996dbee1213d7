"""The parts of a source contract: what a source's, a stream's and a column's files must be like."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

TYPES = ("string", "integer", "decimal", "double", "boolean", "date", "timestamp", "json")
FORMATS = ("csv", "jsonl", "parquet", "auto")
PERSONAL_DATA = ("name", "email", "phone", "comment", "other")
ORDERED_TYPES = ("integer", "decimal", "double", "date", "timestamp")
RESERVED_PREFIX = "_"
TEMPORAL_TYPES = ("date", "timestamp")
# Steps by key or by place in a list; a wildcard would give many values for one column.
PATH = re.compile(r'\$(\.("([^"\\]|\\.)+"|[^."\[\]*\s]+)|\[[0-9]+\])+')
# Formats of times that are no pattern.
NAMED_FORMATS = ("iso", "epoch_s", "epoch_ms", "epoch_us")
NUMBER_TYPES = ("integer", "decimal", "double")
PATH_PREFIX = "$"

Scalar = str | int | float | bool


class ContractError(ValueError):
    """A contract that cannot be used; the message says where it is wrong and what is right."""


@dataclass(frozen=True, kw_only=True)
class ColumnContract:
    """What one column of a stream must look like.

    Attributes
    ----------
    name
        Column in ``raw``.
    source_name
        Column in the file, key of ``from`` in the YAML; for JSON also a path such as ``$.user.id``.
    other_names
        Names and paths to look for, in this order, where `source_name` is not: the rest of a list
        under ``from``.
    type
        One of `TYPES`.
    required
        Whether an empty value is a fault.
    optional_column
        Whether the file may lack the column altogether.
    formats
        For dates and timestamps: ``strptime`` patterns, ``epoch_s``, ``epoch_ms`` and ``iso``, in
        the order of trying. None: ISO 8601.
    minimum, maximum
        Bounds, both included.
    allowed
        The only values that may stand here.
    pattern
        Regular expression that the whole value must match.
    may_be_future
        Whether a time after the file's arrival is fine, such as a due date.
    scale
        Digits after the point of a decimal.
    decimal_mark, thousands_mark
        How numbers are written in the file.
    strip
        Texts taken out of numbers before they are read, such as currency marks.
    personal_data
        Kind of personal data held, one of `PERSONAL_DATA`.
    """

    name: str
    type: str
    source_name: str = ""
    other_names: tuple[str, ...] = ()
    required: bool = False
    optional_column: bool = False
    formats: tuple[str, ...] = ()
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    allowed: tuple[Scalar, ...] = ()
    pattern: str | None = None
    may_be_future: bool = False
    scale: int = 2
    decimal_mark: str = "."
    thousands_mark: str = ""
    strip: tuple[str, ...] = ()
    personal_data: str | None = None

    def __post_init__(self) -> None:
        if not self.source_name:
            object.__setattr__(self, "source_name", self.name)
        if self.name.startswith(RESERVED_PREFIX):
            message = (
                f"name: {self.name!r} begins with an underscore, which the loader's own columns do"
            )
            raise ContractError(message)
        check_one_of("type", self.type, TYPES)
        if self.personal_data is not None:
            check_one_of("personal_data", self.personal_data, PERSONAL_DATA)
        if self.formats and self.type not in TEMPORAL_TYPES:
            message = f"formats: only a date or timestamp has formats, not the type {self.type!r}"
            raise ContractError(message)
        for name in self.names:
            if name.startswith(PATH_PREFIX):
                _check_path("from", name)
        for name in self.formats:
            if "%" not in name:
                check_one_of("formats (or a strptime pattern)", name, NAMED_FORMATS)
        if self.strip and (self.type not in NUMBER_TYPES or "" in self.strip):
            message = f"strip: takes texts out of {_listed(NUMBER_TYPES)}, none of them empty"
            raise ContractError(message)
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.type not in ORDERED_TYPES:
            message = f"minimum/maximum: only {_listed(ORDERED_TYPES)} have bounds"
            raise ContractError(message)
        if not 0 <= self.scale <= 17:
            message = f"scale: {self.scale} is not between 0 and 17"
            raise ContractError(message)
        if self.decimal_mark == self.thousands_mark or len(self.decimal_mark) != 1:
            message = (
                f"decimal_mark: {self.decimal_mark!r} must be one character, other than "
                f"thousands_mark {self.thousands_mark!r}"
            )
            raise ContractError(message)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the column may stand in a file, the likeliest first."""
        return (self.source_name, *self.other_names)


@dataclass(frozen=True, kw_only=True)
class StreamContract:
    """How the files of one stream are found and read, and what their rows must look like.

    Attributes
    ----------
    source_name, name
        Source and stream; the raw table is ``raw.<source>__<stream>``.
    files
        Glob, or several, below the source's landing folder.
    format
        One of `FORMATS`; ``auto`` goes by each file's suffix. A suffix ``.gz`` or ``.zip`` is
        unpacked whatever the format.
    records
        Path of the array of rows in a JSON document that is an object, such as ``$.data``.
    encoding
        Any text encoding that Python knows; files of another one fail with a message.
    delimiter, quote
        Of CSV files.
    header_rows
        Lines before the first row; the first of them holds the names. 0: the columns stand in the
        contract's order.
    timezone
        Zone of times that carry none, an IANA name.
    key
        Columns that identify a row; none when nothing does.
    null_values
        Texts that mean "no value".
    contract_path
        The YAML file, for messages.
    """

    source_name: str
    name: str
    files: str | tuple[str, ...]
    format: str
    columns: tuple[ColumnContract, ...]
    description: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_rows: int = 1
    records: str | None = None
    timezone: str = "UTC"
    key: tuple[str, ...] = ()
    null_values: tuple[str, ...] = ("",)
    freshness_days: float | None = None
    contract_path: Path = Path()

    def __post_init__(self) -> None:
        check_one_of("format", self.format, FORMATS)
        if not self.columns:
            message = "columns: a stream has at least one column"
            raise ContractError(message)
        names = [column.name for column in self.columns]
        for kind, found in (("name", names), ("from", [c.source_name for c in self.columns])):
            repeated = sorted({name for name in found if found.count(name) > 1})
            if repeated:
                message = f"columns: {kind} {_listed(repeated)} stands more than once"
                raise ContractError(message)
        for name in self.key:
            check_one_of("key", name, names)
        if not self.patterns:
            message = "files: holds no pattern"
            raise ContractError(message)
        for pattern in self.patterns:
            if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
                message = f"files: {pattern!r} must lie below the source's landing folder"
                raise ContractError(message)
        if self.records is not None:
            _check_path("records", self.records)
        if self.header_rows < 0:
            message = f"header_rows: {self.header_rows} is below 0"
            raise ContractError(message)
        if len(self.delimiter) != 1 or len(self.quote) > 1:
            message = (
                f"delimiter {self.delimiter!r} or quote {self.quote!r} is too long: one character"
            )
            raise ContractError(message)
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            message = f"encoding: {self.encoding!r} is unknown; known are utf-8, utf-16, latin-1 …"
            raise ContractError(message) from error
        try:
            ZoneInfo(self.timezone)
        except (LookupError, ValueError, OSError) as error:
            message = f"timezone: {self.timezone!r} is no IANA zone like Europe/London"
            raise ContractError(message) from error

    @property
    def patterns(self) -> tuple[str, ...]:
        """The globs of `files`."""
        return (self.files,) if isinstance(self.files, str) else self.files

    @property
    def table_name(self) -> str:
        """Name of the raw table, without its schema."""
        return f"{self.source_name}__{self.name}"


@dataclass(frozen=True, kw_only=True)
class SourceContract:
    """One source: its owner and the streams that land as files.

    Attributes
    ----------
    name
        Folder below ``models/staging``.
    owner
        Team that answers for the source.
    """

    name: str
    owner: str
    streams: tuple[StreamContract, ...]
    description: str = ""

    def stream(self, name: str) -> StreamContract:
        """Return the stream called ``name``."""
        check_one_of("stream", name, [stream.name for stream in self.streams])
        return next(stream for stream in self.streams if stream.name == name)


def check_one_of(key: str, value: object, allowed: Sequence[str]) -> None:
    """Raise a `ContractError` that helps unless ``value`` is one of ``allowed``."""
    if value in allowed:
        return
    nearest = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0.5)
    hint = f", did you mean {nearest[0]!r}?" if nearest else ""
    message = f"{key}: {value!r} is not one of {_listed(allowed)}{hint}"
    raise ContractError(message)


def _check_path(key: str, path: str) -> None:
    if not PATH.fullmatch(path):
        message = f"{key}: {path!r} is no JSON path like $.data or $.user.emails[0]"
        raise ContractError(message)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "(none)"
