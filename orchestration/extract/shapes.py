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
FORMATS = ("csv", "jsonl", "parquet", "xlsx", "fixed_width", "auto")
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
    start, width
        Place of the column in a line of fixed width: its first character, from 1, and how many.
    personal_data
        Kind of personal data held, one of `PERSONAL_DATA`.
    identity
        Identity type of what the column holds, as the stream ``identities`` names it, so that a
        person's rows can be found; e-mail addresses and phone numbers need not say so. A type
        that differs from row to row is named by its column, as in ``@customer_key_type``; ``*`` is
        any type. JSON holds identities as strings anywhere in it.
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
    start: int | None = None
    width: int | None = None
    personal_data: str | None = None
    identity: str | None = None

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
class Deletion:
    """How a row says that the record of its key was deleted: ``column`` holds one of ``values``."""

    column: str
    values: tuple[Scalar, ...]


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
    sheet
        Sheet of a workbook; None: the first that is not hidden.
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
    version
        Columns that grow with each change of a row: of the rows of one key the highest is kept.
        Without, the first is kept and another is a fault.
    deleted
        How a row says that the one of its key is to be removed; None when nothing does.
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
    sheet: str | None = None
    records: str | None = None
    timezone: str = "UTC"
    key: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    deleted: Deletion | None = None
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
        for name in self.version:
            check_one_of("version", name, names)
        if self.deleted is not None:
            check_one_of("deleted: column", self.deleted.column, names)
            if not self.deleted.values:
                message = "deleted: values: names no value that means deleted"
                raise ContractError(message)
        if (self.version or self.deleted) and not self.key:
            message = "key: is missing; rows are replaced and deleted by their key"
            raise ContractError(message)
        for column in self.columns:
            _check_place(column, is_fixed=self.format == "fixed_width")
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


def _check_place(column: ColumnContract, *, is_fixed: bool) -> None:
    if is_fixed and (column.start is None or column.width is None):
        message = f"column {column.name}: format fixed_width needs its start (from 1) and width"
        raise ContractError(message)
    if not is_fixed and (column.start is not None or column.width is not None):
        message = f"column {column.name}: only the format fixed_width has start and width"
        raise ContractError(message)
    if min(column.start or 1, column.width or 1) < 1:
        message = f"column {column.name}: start {column.start} or width {column.width} is below 1"
        raise ContractError(message)


def _check_path(key: str, path: str) -> None:
    if not PATH.fullmatch(path):
        message = f"{key}: {path!r} is no JSON path like $.data or $.user.emails[0]"
        raise ContractError(message)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "(none)"
