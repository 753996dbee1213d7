"""An erasure from the first look to the proof."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.erasure.finding import FoundRows, Search, find_rows
from orchestration.erasure.proof import find_traces, holds
from orchestration.erasure.rewriting import check_rewritable, mark_values, rewrite
from orchestration.erasure.subject import ErasureError, Subject, find_subject
from orchestration.extract.contracts import SourceContract, read_contracts
from orchestration.extract.loader import landed_paths
from orchestration.settings import STAGING_DIR, Settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who goes, and what goes with them."""

    subject: Subject
    search: Search

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
        When nobody is called ``name``, a landing file cannot be read and so not be searched, or a
        file holds rows that only a person can take out.
    """
    if not settings.warehouse_path.exists():
        raise ErasureError(
            f"there is no warehouse in {settings.home}; run first, since it knows who is who"
        )
    with Warehouse.of(settings).connect(read_only=True) as connection:
        subject = find_subject(connection, name)
    search = find_rows(_contracts(settings), _folders(settings), subject)
    if search.unreadable:
        reasons = "; ".join(f"{path.name}: {why}" for path, why in search.unreadable.items())
        raise ErasureError(
            f"files that cannot be read cannot be searched; mend or remove them first: {reasons}"
        )
    check_rewritable(search.found)
    return Plan(subject=subject, search=search)


def erase_from_landing(settings: Settings, plan: Plan) -> int:
    """Take the person out of every landing file; return in how many others values were marked.

    Killed half-way, the same command goes on where it stopped: the warehouse still knows the
    person until `forget_what_was_built`.
    """
    for rows in plan.search.found:
        rewrite(rows, plan.subject)
    marked = 0
    values = plan.subject.telling_values
    done = {rows.path for rows in plan.search.found}
    for rows in _other_files(settings, done):
        if values and holds(rows.path, values):
            rewrite(rows, plan.subject)
            marked += 1
        done.add(rows.path)
    for path in _landing_files(settings):
        if values and path not in done and holds(path, values):
            mark_values(path, plan.subject)
            marked += 1
    return marked


def forget_what_was_built(settings: Settings) -> None:
    """Remove everything that a run builds, except what readers read until the next set is out."""
    for path in (settings.warehouse_path, settings.warehouse_path.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
    for folder in (
        settings.home / "dbt",
        settings.dagster_home,
        settings.models_dir,
        settings.site_dir,
        settings.quality_dir / "results",
        settings.quality_dir / "data_docs",
    ):
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
    folders = {settings.home, *_folders(settings).values()}
    traces = find_traces(folders, plan.subject.telling_values)
    if traces:
        raise ErasureError(
            "identifiers of the person still stand in "
            f"{', '.join(str(path) for path in traces)}: mark the columns that hold them with "
            "`identity` in the source's contract, or remove the files, and run the command again"
        )
    return sum(1 for folder in folders for path in folder.rglob("*") if path.is_file())


def _contracts(settings: Settings) -> list[SourceContract]:
    return [source for source in read_contracts(STAGING_DIR) if source.name in settings.sources]


def _folders(settings: Settings) -> dict[str, Path]:
    return {source.name: settings.landing_dir(source.name) for source in _contracts(settings)}


def _other_files(settings: Settings, done: set[Path]) -> Iterator[FoundRows]:
    """Yield the landing files that a contract reads and that hold no row of the person."""
    for source in _contracts(settings):
        for stream in source.streams:
            for path in landed_paths(stream, settings.landing_dir(source.name)):
                if path not in done:
                    yield FoundRows(contract=stream, path=path, lines=(), row_starts=())


def _landing_files(settings: Settings) -> Iterator[Path]:
    folders = {settings.home / "landing", *_folders(settings).values()}
    for folder in sorted(folders):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())
