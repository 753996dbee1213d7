"""Tiny files written out in tests, and what is guessed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.commands.new_source import new_source
from orchestration.draft.columns import ColumnDraft, ColumnPlace, Settled, draft_column
from orchestration.draft.drafting import Look, draft_streams, look_at_files
from orchestration.draft.streams import StreamDraft
from orchestration.draft.words import snake


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("load icu; set TimeZone = 'UTC'")
        yield opened


@pytest.fixture
def column(connection: duckdb.DuckDBPyConnection) -> Callable[..., ColumnDraft]:
    """Give a function that drafts one column from its literal values."""

    def drafted(header: str, values: Sequence[str | None], **settled: Any) -> ColumnDraft:
        connection.execute(
            "create or replace temp table literal_values as select unnest($1::varchar[]) as c0",
            [list(values)],
        )
        place = ColumnPlace(relation="literal_values", cell="c0", header=header, name=snake(header))
        return draft_column(connection, place, Settled(**settled))

    return drafted


@dataclass(frozen=True)
class Drafter:
    """A folder of files and the command that drafts a source from it."""

    folder: Path
    output: Path
    connection: duckdb.DuckDBPyConnection
    spool: Path

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def look(self, *paths: Path, **options: Any) -> Look:
        return look_at_files(
            self.connection, paths or (self.folder,), self.spool, source="acme", **options
        )

    def streams(self, **settled: Any) -> dict[str, StreamDraft]:
        look = self.look()
        said = {group.name: Settled(**settled) for group in look.groups}
        return {stream.name: stream for stream in draft_streams(self.connection, look, said)}

    def run(self, *arguments: str, answers: str | None = None, name: str = "acme") -> Result:
        silent = () if answers is not None else ("--yes",)
        command = [name, str(self.folder), "--output", str(self.output), *silent, *arguments]
        return CliRunner().invoke(new_source, command, input=answers)

    def written(self, file: str, name: str = "acme") -> str:
        return (self.output / name / file).read_text(encoding="utf-8")

    def files(self, name: str = "acme") -> set[str]:
        return {path.name for path in (self.output / name).iterdir()}


@pytest.fixture
def drafter(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Drafter:
    for name in ("landing", "staging", "spool"):
        (tmp_path / name).mkdir()
    return Drafter(
        folder=tmp_path / "landing",
        output=tmp_path / "staging",
        connection=connection,
        spool=tmp_path / "spool",
    )
