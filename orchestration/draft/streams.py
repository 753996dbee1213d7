"""Files put together into streams, and what each stream is like."""

from __future__ import annotations

import glob
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import duckdb

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft, ColumnPlace, Settled, draft_column, unsettled
from orchestration.draft.keys import KeyGuess, guess_key
from orchestration.draft.landing_files import FORMAT_OF_SUFFIX
from orchestration.draft.sample import Sample
from orchestration.extract.sql_text import identifier
from orchestration.extract.text_files import PACKED_SUFFIXES

# A day, a month or a running number in a file's name, which the next export will have another of.
CHANGING_PART = re.compile(
    r"(\d{4}([-_.]?\d{2}){1,2}([-_T]?\d{2,6})?Z?|\d{4,}|(?<=[-_(])\d+(?=\)?$))"
)
SAME_STREAM_SHARE = 0.7
# Two tables of few columns, such as id and name, are alike by chance.
FEWEST_TELLING_COLUMNS = 4


@dataclass(frozen=True, kw_only=True)
class StreamDraft:
    """One stream of the source, as the draft has it.

    Attributes
    ----------
    name
        Table of the contract.
    patterns
        Globs that find its files.
    relation
        Table of its sampled rows, ``c0`` … in the order of ``columns``.
    null_values
        Texts that stand for no value.
    notes
        What is uncertain about the stream as a whole.
    """

    name: str
    samples: tuple[Sample, ...]
    patterns: tuple[str, ...]
    relation: str
    columns: tuple[ColumnDraft, ...]
    key: KeyGuess
    null_values: tuple[str, ...] = ("",)
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> Sample:
        """The sample that stands for the form of all files."""
        return self.samples[0]

    @property
    def rows(self) -> int:
        """Sampled rows."""
        return sum(sample.rows for sample in self.samples)

    @property
    def has_naive_times(self) -> bool:
        """Whether the time zone of its files matters and is not in them."""
        return any(column.has_naive_times for column in self.columns)

    def column(self, name: str) -> ColumnDraft | None:
        """Return the column called ``name``, by its name or its header."""
        for column in self.columns:
            if name in (column.name, column.contract.source_name):
                return column
        return None

    def unsettled(self, question: str) -> list[ColumnDraft]:
        """Return the columns that wait for an answer to ``question``."""
        return unsettled(self.columns, question)

    def with_key_refuted(
        self, connection: duckdb.DuckDBPyConnection, refuted: Collection[tuple[str, ...]]
    ) -> StreamDraft:
        """Return the stream with the next key that its sample allows."""
        key = guess_key(
            connection,
            self.relation,
            self.columns,
            [f"c{place}" for place in range(len(self.columns))],
            is_whole=False,
            refuted=refuted,
        )
        return replace(self, key=key)


@dataclass(frozen=True, kw_only=True)
class FileGroup:
    """Files of one stream, and the headers that they have together."""

    name: str
    samples: tuple[Sample, ...]
    patterns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    headers: tuple[str, ...] = field(default=())


def group_files(samples: Sequence[Sample], source: str, root: Path) -> list[FileGroup]:
    """Put files with the same header together and find the patterns that match them."""
    members: list[list[Sample]] = []
    for sample in samples:
        for group in members:
            if _belongs(sample, group[0]):
                group.append(sample)
                break
        else:
            members.append([sample])
    names: list[str] = []
    groups: list[FileGroup] = []
    for group in members:
        name = words.stream_name(CHANGING_PART.sub("", group[0].file.stem), source, names)
        names.append(name)
        others = {s.file.path for other in members if other is not group for s in other}
        patterns, notes = _patterns(group, others, root)
        headers = tuple(dict.fromkeys(header for sample in group for header in sample.names))
        groups.append(
            FileGroup(
                name=name, samples=tuple(group), patterns=patterns, notes=notes, headers=headers
            )
        )
    return groups


def draft_stream(
    connection: duckdb.DuckDBPyConnection, group: FileGroup, number: int, settled: Settled
) -> StreamDraft:
    """Decide what a stream's columns, null texts and key are."""
    places, notes = _places(group, f"throughline_stream_{number}")
    _join_samples(connection, group, places)
    columns = [draft_column(connection, place, settled) for place in places]
    columns, settled = _settled_by_others(connection, places, columns, settled)
    columns, null_values = _null_values(connection, places, columns, settled)
    key = guess_key(
        connection,
        places[0].relation,
        columns,
        [place.cell for place in places],
        is_whole=all(sample.is_whole for sample in group.samples),
    )
    notes += [note for sample in group.samples for note in sample.notes]
    return StreamDraft(
        name=group.name,
        samples=group.samples,
        patterns=group.patterns,
        relation=places[0].relation,
        columns=tuple(columns),
        key=key,
        null_values=null_values,
        notes=tuple(dict.fromkeys((*group.notes, *notes))),
    )


def _belongs(sample: Sample, other: Sample) -> bool:
    if sample.file.format != other.file.format or _dialect(sample) != _dialect(other):
        return False
    mine, theirs = set(sample.names), set(other.names)
    alike = _stable_stem(sample.file.stem) == _stable_stem(other.file.stem)
    same_folder = PurePosixPath(sample.file.name).parent == PurePosixPath(other.file.name).parent
    if mine == theirs:
        return alike or len(mine) >= FEWEST_TELLING_COLUMNS
    shared = len(mine & theirs)
    return alike and same_folder and shared >= SAME_STREAM_SHARE * min(len(mine), len(theirs))


def _dialect(sample: Sample) -> tuple[object, ...]:
    shape = sample.shape
    if shape is None:
        return ()
    return shape.encoding, shape.delimiter, shape.quote, shape.header_rows, sample.records


def _stable_stem(stem: str) -> str:
    return CHANGING_PART.sub("*", stem)


def _patterns(
    group: Sequence[Sample], others: set[Path], root: Path
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return globs that match a stream's files, later ones too where that is safe."""
    loose = tuple(dict.fromkeys(_loose_pattern(sample) for sample in group))
    if not any(others.intersection(root.glob(pattern)) for pattern in loose):
        return loose, ()
    exact = tuple(glob.escape(sample.file.name) for sample in group)
    note = "files are named one by one, since a pattern would match those of another stream too"
    return exact, (note,)


def _loose_pattern(sample: Sample) -> str:
    name = PurePosixPath(sample.file.name)
    base = name.name
    while Path(base).suffix.lower() in PACKED_SUFFIXES:
        base = base[: -len(Path(base).suffix)]
    suffix = Path(base).suffix if Path(base).suffix.lower() in FORMAT_OF_SUFFIX else ""
    stem = base[: len(base) - len(suffix)]
    parts = [glob.escape(part) for part in CHANGING_PART.sub("\0", stem).split("\0")]
    pattern = re.sub(r"\*+", "*", "*".join(parts)) + glob.escape(suffix)
    # A compressed copy of the same export is the same stream.
    ending = "" if suffix.lower() in (".xlsx", ".parquet") or pattern.endswith("*") else "*"
    parent = glob.escape(name.parent.as_posix())
    return f"{pattern}{ending}" if parent == "." else f"{parent}/{pattern}{ending}"


def _places(group: FileGroup, relation: str) -> tuple[list[ColumnPlace], list[str]]:
    """Return the columns of a stream; those that a contract cannot name are left out, and said."""
    notes: list[str] = []
    headers = list(group.headers)
    has_header = group.samples[0].shape is None or group.samples[0].shape.header_rows > 0
    if has_header:
        folded = [header.casefold() for sample in group.samples for header in set(sample.names)]
        blank = [header for header in headers if not header or "{{" in header or "{%" in header]
        twice = [
            header
            for header in headers
            if any(sample.names.count(header) > 1 for sample in group.samples)
            or folded.count(header.casefold()) > len(group.samples)
        ]
        headers = [header for header in headers if header not in (*blank, *twice)]
        if blank:
            notes.append("a column without a usable name is left to _extra; name it in the export")
        if twice:
            notes.append(
                f"{', '.join(sorted(set(filter(None, twice))))} stands more than once in the "
                "header and is left to _extra; rename it in the export"
            )
    names = words.column_names(headers)
    kinds = _engine_types(group)
    return [
        ColumnPlace(
            relation=relation,
            cell=f"c{place}",
            header=header,
            name=name,
            engine_type=kinds.get(header, ""),
            is_optional=not all(header in sample.names for sample in group.samples),
        )
        for place, (header, name) in enumerate(zip(headers, names, strict=True))
    ], notes


def _engine_types(group: FileGroup) -> Mapping[str, str]:
    """Return the type that files state for a header; files that differ leave it to the values."""
    stated: dict[str, set[str]] = {}
    for sample in group.samples:
        for header, kind in zip(sample.names, sample.engine_types, strict=True):
            stated.setdefault(header, set()).add(kind)
    return {header: kinds.pop() if len(kinds) == 1 else "" for header, kinds in stated.items()}


def _join_samples(
    connection: duckdb.DuckDBPyConnection, group: FileGroup, places: Sequence[ColumnPlace]
) -> None:
    selects = []
    for sample in group.samples:
        cells = ", ".join(
            f"{identifier(sample.cells[sample.names.index(place.header)])} as {place.cell}"
            if place.header in sample.names
            else f"cast(null as varchar) as {place.cell}"
            for place in places
        )
        selects.append(f"select {cells} from {sample.relation}")
    connection.execute(
        f"create or replace temp table {places[0].relation} as {' union all '.join(selects)}"
    )


def _settled_by_others(
    connection: duckdb.DuckDBPyConnection,
    places: Sequence[ColumnPlace],
    columns: list[ColumnDraft],
    settled: Settled,
) -> tuple[list[ColumnDraft], Settled]:
    """Read doubtful columns like those of the same files that leave no doubt."""
    marks = {column.evidence for column in columns if column.evidence}
    orders = {column.date_order for column in columns if column.date_order}
    if settled.decimal_mark is None and len(marks) == 1:
        settled = replace(settled, decimal_mark=marks.pop())
    if settled.date_order is None and len(orders) == 1:
        settled = replace(settled, date_order=orders.pop())
    drafted = []
    for place, column in zip(places, columns, strict=True):
        if column.question:
            asked = column.question
            column = draft_column(connection, place, settled)  # the same column, read anew
            if not column.question:
                note = (
                    f"its {asked} could be read in two ways; read like the stream's other columns"
                )
                column = replace(column, notes=(*column.notes, note))  # likewise
        drafted.append(column)
    return drafted, settled


def _null_values(
    connection: duckdb.DuckDBPyConnection,
    places: Sequence[ColumnPlace],
    columns: list[ColumnDraft],
    settled: Settled,
) -> tuple[list[ColumnDraft], tuple[str, ...]]:
    """Return the stream's null texts; a text that is a value elsewhere is none, but for a flag."""
    wanted = {text for column in columns for text in column.null_texts}
    kept_as_text = {
        text for column in columns if column.type == "string" for text in column.facts.null_texts
    }
    refused = (wanted & kept_as_text) - set(settled.null_texts)
    drafted = []
    for place, column in zip(places, columns, strict=True):
        clash = refused.intersection(column.null_texts)
        if clash:
            types = {**settled.types, place.name: "string"}
            note = (
                f"stays text: {', '.join(map(repr, sorted(clash)))} would be no value here and is "
                f"text in another column; say --null '{min(clash)}' if it never is a value"
            )
            column = draft_column(
                connection, place, replace(settled, types=types)
            )  # the same column, read anew
            column = replace(column, notes=(note,))  # likewise
        drafted.append(column)
    texts = sorted((wanted - refused) | set(settled.null_texts))
    return drafted, ("", *texts)
