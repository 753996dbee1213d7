"""An erasure from the first look to the proof."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.erasure.finding import FoundRows, Search, find_rows
from orchestration.erasure.obstacles import by_hand, rehearse, unsearchable
from orchestration.erasure.proof import find_traces, holds
from orchestration.erasure.rewriting import mark_values, rewrite
from orchestration.erasure.subject import ErasureError, Subject, find_subject
from orchestration.extract.contracts import SourceContract, read_contracts
from orchestration.extract.loader import landed_paths
from orchestration.settings import STAGING_DIR, Settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who goes, and what goes with them.

    Attributes
    ----------
    mentions
        Files that a contract reads and in which identifiers stand in rows of others.
    strays
        Landing files that no contract reads and in which identifiers stand.
    """

    subject: Subject
    search: Search
    mentions: tuple[FoundRows, ...] = ()
    strays: tuple[Path, ...] = ()

    @property
    def rows_per_file(self) -> dict[str, int]:
        """Rows that go, by ``source/file``."""
        return {
            f"{rows.contract.source_name}/{rows.path.name}": len(rows.lines)
            for rows in self.search.found
        }


def plan_erasure(settings: Settings, name: str) -> Plan:
    """Find a person's identifiers in the warehouse and their rows in landing; change nothing.

    Raises
    ------
    ErasureError
        When nobody is called ``name``, a file cannot be read and so not be searched, or a file
        mentions the person in a way that only a person can take out; every such file is named.
    """
    if not settings.warehouse_path.exists():
        raise ErasureError(
            f"there is no warehouse in {settings.home}; run first, since it knows who is who"
        )
    with Warehouse.of(settings).connect(read_only=True) as connection:
        subject = find_subject(connection, name)
    sources = _contracts(settings)
    folders = {source.name: settings.landing_dir(source.name) for source in sources}
    search = find_rows(sources, folders, subject)
    landed = _files_in({settings.home / "landing", *folders.values()})
    kept = {*landed, *_files_that_stay(settings)}
    unread = {**search.unreadable, **unsearchable(sorted(kept))}
    if unread:
        reasons = "; ".join(f"{path.name}: {why}" for path, why in unread.items())
        raise ErasureError(
            f"files that cannot be read cannot be searched; mend or remove them first: {reasons}"
        )
    done = {rows.path for rows in search.found}
    mentions = _mentions(sources, folders, subject, done)
    done |= {rows.path for rows in mentions}
    strays = tuple(
        path
        for path in landed
        if subject.telling and path not in done and holds(path, subject.telling)
    )
    plan = Plan(subject=subject, search=search, mentions=mentions, strays=strays)
    _check_nothing_is_in_the_way(plan, kept)
    return plan


def _mentions(
    sources: list[SourceContract], folders: Mapping[str, Path], subject: Subject, done: set[Path]
) -> tuple[FoundRows, ...]:
    """Return the files of contracts, but those ``done``, in which an identifier stands."""
    if not subject.telling:
        return ()
    found: dict[Path, FoundRows] = {}
    for source in sources:
        for stream in source.streams:
            for path in landed_paths(stream, folders[source.name]):
                if path not in done and path not in found and holds(path, subject.telling):
                    found[path] = FoundRows(contract=stream, path=path, lines=(), row_starts=())
    return tuple(found.values())


def _check_nothing_is_in_the_way(plan: Plan, kept: set[Path]) -> None:
    """Refuse, before anything is changed, what only a person can change.

    Raises
    ------
    ErasureError
        Names each file and what to do with it.
    """
    rows = {file.path: file for file in (*plan.mentions, *plan.search.found)}
    obstacles = {
        path: why
        for path in sorted(kept | set(rows))
        if (why := by_hand(path, plan.subject.telling, rows.get(path)))
    }
    files: tuple[FoundRows | Path, ...] = (*plan.search.found, *plan.mentions, *plan.strays)
    for file in files:
        path = file if isinstance(file, Path) else file.path
        if path not in obstacles and (why := rehearse(file, plan.subject)):
            obstacles[path] = why
    if obstacles:
        reasons = "; ".join(f"{path}: {why}" for path, why in obstacles.items())
        raise ErasureError(
            f"nothing was changed; do this by hand and run the command again: {reasons}"
        )


def erase_from_landing(plan: Plan) -> int:
    """Take the person out of every landing file; return in how many others values were marked.

    Killed half-way, the same command goes on where it stopped: the warehouse still knows the
    person until `forget_what_was_built`.
    """
    for rows in (*plan.search.found, *plan.mentions):
        rewrite(rows, plan.subject)
    for path in plan.strays:
        mark_values(path, plan.subject)
    return len(plan.mentions) + len(plan.strays)


def forget_what_was_built(settings: Settings) -> None:
    """Remove everything that a run builds, except what readers read until the next set is out."""
    for path in (settings.warehouse_path, settings.warehouse_path.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
    for folder in _built_folders(settings):
        shutil.rmtree(folder, ignore_errors=True)


def drop_earlier_snapshots(settings: Settings) -> None:
    """Remove every snapshot but the one that readers read now."""
    current = settings.published_dir.resolve()
    for folder in current.parent.iterdir():
        if folder != current:
            shutil.rmtree(folder)


def prove(settings: Settings, plan: Plan) -> int:
    """Search everything that is kept for the person; return how many files were looked through.

    Raises
    ------
    ErasureError
        Names each file that still holds an identifier.
    """
    folders = {settings.home, *(settings.landing_dir(name) for name in settings.sources)}
    traces = find_traces(folders, plan.subject.telling)
    if traces:
        raise ErasureError(
            "identifiers of the person still stand in "
            f"{', '.join(str(path) for path in traces)}: mark the columns that hold them with "
            "`identity` in the source's contract, or remove the files, and run the command again"
        )
    return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())


def _contracts(settings: Settings) -> list[SourceContract]:
    return [source for source in read_contracts(STAGING_DIR) if source.name in settings.sources]


def _built_folders(settings: Settings) -> tuple[Path, ...]:
    return (
        settings.home / "dbt",
        settings.dagster_home,
        settings.models_dir,
        settings.site_dir,
        settings.quality_dir / "results",
        settings.quality_dir / "data_docs",
    )


def _files_in(folders: set[Path]) -> list[Path]:
    """Return the files below folders, of which one may lie in another, each once and in order."""
    return sorted({path for folder in folders for path in folder.rglob("*") if path.is_file()})


def _files_that_stay(settings: Settings) -> Iterator[Path]:
    """Yield the files of the home that no run replaces: those beside landing and what is built."""
    replaced = (
        *_built_folders(settings),
        settings.published_dir,
        settings.published_dir.parent / "snapshots",
    )
    for path in sorted(settings.home.rglob("*")):
        is_replaced = any(path.is_relative_to(folder) for folder in replaced)
        if path.is_file() and not path.is_symlink() and not is_replaced:
            yield path
