"""Pieces of comments, by language, theme, side and slot, from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml

FRAGMENTS_FOLDER = Path(__file__).parent / "fragments"
SLOTS = ("opening", "subject", "detail", "consequence", "closing", "connector")


def read_fragments(
    folder: Path = FRAGMENTS_FOLDER,
) -> Iterator[tuple[str, str, str, str, list[str]]]:
    """Yield (language, theme, side, slot, texts), file by file in the order of their names.

    Raises
    ------
    ValueError
        If a slot is unknown or a list is empty or says a thing twice.
    """
    for path in sorted(folder.glob("*.yml")):
        themes = yaml.safe_load(path.read_text(encoding="utf-8"))
        for theme, sides in themes.items():
            for side, slots in sides.items():
                for slot, texts in slots.items():
                    where = f"{path.name}: {theme}.{side}.{slot}"
                    if slot not in SLOTS:
                        raise ValueError(f"{where} is no slot; slots are {', '.join(SLOTS)}")
                    if not texts or len(set(texts)) != len(texts):
                        raise ValueError(f"{where} is empty or says a thing twice")
                    yield path.stem.split("_")[0], theme, side, slot, list(texts)


def load_fragments(connection: duckdb.DuckDBPyConnection) -> int:
    """Create the table `fragments`, one row per list; return how many texts there are."""
    rows = list(read_fragments())
    connection.execute(
        "create or replace temp table fragments "
        "(language varchar, theme varchar, side varchar, slot varchar, texts varchar[])"
    )
    connection.executemany("insert into fragments values (?, ?, ?, ?, ?)", rows)
    return sum(len(texts) for *_, texts in rows)
