"""A source's draft from first look to written folder."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.draft.columns import Settled
from orchestration.draft.contract_text import contract_text
from orchestration.draft.identities import IdentityPlan, plan_identities
from orchestration.draft.identity_marks import Marks, mark_identities
from orchestration.draft.landing_files import BadFileError, find_files, recognise
from orchestration.draft.plan import ViewPlan, choose, plan_view
from orchestration.draft.sample import Sample
from orchestration.draft.samples import take_sample
from orchestration.draft.streams import FileGroup, StreamDraft, draft_stream, group_files
from orchestration.draft.supplies import Candidate, Wishes
from orchestration.draft.trial import StreamTrial, throwaway_warehouse, try_stream
from orchestration.draft.view_text import view_texts
from orchestration.draft.vocabulary import Vocabulary
from orchestration.extract.contract_yaml import read_source
from orchestration.extract.shapes import ContractError
from orchestration.extract.sql_text import identifier
from orchestration.extract.text_files import PACKED_SUFFIXES

# Files up to this size are tried whole; of larger ones the sample is.
WHOLE_TRIAL_BYTES = 64 << 20
# Text of exports packs to about an eighth.
PACKED_SHARE = 8
CONFIG = re.compile(r"\{\{ config\(.*?\) \}\}")
REFERENCE = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
SOURCE = re.compile(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was seen of the files, before anything is decided.

    Attributes
    ----------
    root
        Landing folder: the patterns of files stand below it.
    bad_files
        Why files were left out, by name.
    """

    root: Path
    groups: tuple[FileGroup, ...]
    bad_files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the draft will hold.

    Attributes
    ----------
    left
        Streams that files might supply as well, by the file's stream.
    marks
        What the contract says of columns that identify somebody.
    """

    streams: tuple[StreamDraft, ...]
    views: tuple[ViewPlan, ...]
    left: Mapping[str, Sequence[Candidate]]
    identities: IdentityPlan | None
    marks: Marks


# A key with more rows than this at odds is none; with fewer, the rows are at fault.
MOST_CONFLICTS = 0.005


@dataclass(frozen=True, kw_only=True)
class ViewTrial:
    """What a view gave on the trial's rows.

    Attributes
    ----------
    repeated
        Rows whose identity stands more than once.
    error
        Why it cannot be run, empty when it can.
    """

    name: str
    rows: int
    repeated: int
    error: str


def look_at_files(
    connection: duckdb.DuckDBPyConnection,
    arguments: Iterable[Path],
    spool: Path,
    *,
    source: str,
    encoding: str | None = None,
    header_rows: int | None = None,
) -> Look:
    """Read samples of all files and put them into groups.

    Raises
    ------
    BadFileError
        When no file can be used at all.
    """
    root, paths = find_files(arguments)
    samples: list[Sample] = []
    bad: dict[str, str] = {}
    for number, path in enumerate(paths):
        try:
            file = recognise(path, root)
            samples.append(
                take_sample(
                    connection, file, spool, number, encoding=encoding, header_rows=header_rows
                )
            )
        except BadFileError as error:
            bad[path.relative_to(root).as_posix()] = str(error)
    if not samples:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in bad.items())
        message = f"no file can be drafted from: {reasons}"
        raise BadFileError(message)
    return Look(root=root, groups=tuple(group_files(samples, source, root)), bad_files=bad)


def draft_streams(
    connection: duckdb.DuckDBPyConnection, look: Look, settled: Mapping[str, Settled]
) -> tuple[StreamDraft, ...]:
    """Decide the columns of every stream; ``settled`` holds what is said, by stream."""
    return tuple(
        draft_stream(connection, group, number, settled.get(group.name, Settled()))
        for number, group in enumerate(look.groups)
    )


def plan_source(
    source: str, streams: Sequence[StreamDraft], vocabulary: Vocabulary, wishes: Wishes
) -> Plan:
    """Decide which views are drafted."""
    chosen, left = choose(streams, vocabulary, wishes)
    views = [
        plan_view(
            stream,
            candidate,
            vocabulary,
            wishes,
            source=source,
            answers_survey="survey_answers" in {c.canonical.name for c in chosen[stream.name]},
        )
        for stream in streams
        for candidate in chosen[stream.name]
    ]
    return Plan(
        streams=tuple(streams),
        views=tuple(views),
        left=left,
        identities=plan_identities(source, views, vocabulary),
        marks=mark_identities(source, streams, views, vocabulary),
    )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the contract says of the source as a whole.

    Attributes
    ----------
    timezone_is_stated
        Whether a person has said the zone.
    received_at
        When files of the trial count as received, naive UTC.
    """

    source: str
    owner: str
    timezone: str
    timezone_is_stated: bool
    received_at: dt.datetime


def source_texts(plan: Plan, terms: Terms) -> dict[str, str]:
    """Return every file of the source's folder, by name."""
    source = terms.source
    required: dict[str, set[str]] = {
        stream.name: set(stream.key.columns) for stream in plan.streams
    }
    for view in plan.views:
        if view.missing:
            continue
        for column in (*view.canonical.required, view.canonical.grain):
            required[view.stream.name].update(view.supplies[column].columns)
    contract = contract_text(
        source,
        plan.streams,
        owner=terms.owner,
        timezone=terms.timezone,
        timezone_is_stated=terms.timezone_is_stated,
        required={name: frozenset(columns) for name, columns in required.items()},
        unfed=_unfed(plan),
        marks=plan.marks,
    )
    return {
        f"_{source}__sources.yml": contract,
        **view_texts(source, plan.views, plan.identities),
    }


def _unfed(plan: Plan) -> dict[str, str]:
    """Return what a person has to do for each file that does not feed what it could."""
    waiting: dict[str, list[str]] = {stream.name: [] for stream in plan.streams}
    fed = set()
    for view in plan.views:
        if view.missing:
            waiting[view.stream.name].append(
                f"it could feed {view.name}, which also needs {', '.join(view.missing)}"
            )
        else:
            fed.add(view.stream.name)
    return {
        name: "; ".join(reasons) or "it feeds no stream"
        for name, reasons in waiting.items()
        if reasons or name not in fed
    }


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The folder's files and what became of them on trial.

    Attributes
    ----------
    refuted
        Keys of the samples, by stream, that do not hold in the whole files.
    """

    texts: Mapping[str, str]
    streams: Sequence[StreamTrial]
    views: Sequence[ViewTrial]
    refuted: Mapping[str, Sequence[tuple[str, ...]]]


def try_until_keys_hold(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    terms: Terms,
    *,
    replan: Callable[[Sequence[StreamDraft]], Plan],
) -> Tried:
    """Write the draft out and try it, with another key where the whole files refute the sample's.

    Parameters
    ----------
    replan
        Plans the views anew for streams with other keys.
    """
    refuted: dict[str, list[tuple[str, ...]]] = {}
    while True:
        texts = source_texts(plan, terms)
        trials, views = try_draft(texts, plan, terms)
        wrong = refuted_keys(plan, trials)
        if not wrong:
            return Tried(texts=texts, streams=trials, views=views, refuted=refuted)
        for name, key in wrong.items():
            refuted.setdefault(name, []).append(key)
        plan = replan(
            [
                stream.with_key_refuted(connection, refuted[stream.name])
                if stream.name in wrong
                else stream
                for stream in plan.streams
            ]
        )


def try_draft(
    texts: Mapping[str, str], plan: Plan, terms: Terms
) -> tuple[list[StreamTrial], list[ViewTrial]]:
    """Read the drafted contract back, load the files by it and run the views on the result.

    Raises
    ------
    ContractError
        When the contract cannot be read back.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-draft-") as name:
        folder = Path(name)
        source = terms.source
        written = folder / source
        written.mkdir()
        for file, text in texts.items():
            (written / file).write_text(text, encoding="utf-8")
        contract = read_source(written)
        if contract is None:
            message = f"_{source}__sources.yml was not written"
            raise ContractError(message)
        landing = folder / "landing"
        for stream in plan.streams:
            for sample in stream.samples:
                _land(sample, landing)
        with throwaway_warehouse(folder) as connection:
            trials = [
                try_stream(connection, stream, landing, received_at=terms.received_at)
                for stream in contract.streams
            ]
            return trials, _try_views(connection, texts, plan)


def refuted_keys(plan: Plan, trials: Sequence[StreamTrial]) -> dict[str, tuple[str, ...]]:
    """Return the keys, by stream, that held in the sample and do not in the whole files."""
    keys = {
        stream.name: stream.key.columns
        for stream in plan.streams
        if not all(sample.is_whole for sample in stream.samples)
    }
    return {
        trial.stream: keys[trial.stream]
        for trial in trials
        if trial.stream in keys
        and trial.rows_of("duplicate_key") > MOST_CONFLICTS * max(trial.rows_in, 1)
    }


def _land(sample: Sample, landing: Path) -> None:
    """Put a file, or the beginning of a large one, where the trial finds it."""
    target = landing / sample.file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    is_packed = target.suffix.lower() in PACKED_SUFFIXES
    limit = WHOLE_TRIAL_BYTES // PACKED_SHARE if is_packed else WHOLE_TRIAL_BYTES
    if sample.prefix is None or sample.file.path.stat().st_size <= limit:
        target.symlink_to(sample.file.path)
    elif target.suffix.lower() == ".gz":
        with gzip.open(target, "wb", compresslevel=1) as packed:
            packed.write(sample.prefix.read_bytes())
    elif target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.write(sample.prefix, sample.prefix.name)
    else:
        target.symlink_to(sample.prefix)


def _try_views(
    connection: duckdb.DuckDBPyConnection, texts: Mapping[str, str], plan: Plan
) -> list[ViewTrial]:
    connection.execute("create schema if not exists staging")
    grain = {view.name: view.canonical.grain for view in plan.views}
    found = []
    # Views of identities read other views.
    names = sorted((n for n in texts if n.endswith(".sql")), key=lambda n: ("identities" in n, n))
    for file in names:
        name = file.removesuffix(".sql")
        sql = CONFIG.sub("", texts[file])
        sql = REFERENCE.sub(r"staging.\1", sql)
        sql = SOURCE.sub(r'raw."\1__\2"', sql)
        try:
            connection.execute(f"create view staging.{name} as {sql}")
            rows = _number(connection, f"select count(*) from staging.{name}")
            column = grain.get(name.partition("__")[2])
            repeated = 0
            if column and name.startswith("stg_"):
                repeated = rows - _number(
                    connection,
                    f"select count(distinct {identifier(column)}) from staging.{name}",
                )
            found.append(ViewTrial(name=name, rows=rows, repeated=repeated, error=""))
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            # These speak of names in the SQL, never of rows.
            reason = str(error).splitlines()[0]
            found.append(ViewTrial(name=name, rows=0, repeated=0, error=reason))
        except duckdb.Error as error:
            found.append(ViewTrial(name=name, rows=0, repeated=0, error=type(error).__name__))
    return found


def _number(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
