"""Source contracts, read from the dbt project.

The YAML beside a source's staging views is the one place where dbt and ingestion learn a stream's
shape. Ingestion reads ``config.meta.landing`` of each table; a table without it is filled by
something other than files and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestration.extract.contract_yaml import located, read_source
from orchestration.extract.shapes import (
    ColumnContract,
    ContractError,
    Deletion,
    SourceContract,
    StreamContract,
    check_one_of,
)

__all__ = [
    "ColumnContract",
    "ContractError",
    "Deletion",
    "SourceContract",
    "StreamContract",
    "expand_sources",
    "read_contracts",
    "staging_streams",
]

# One line of the macro's dictionary, such as `'usage': {'time': 'usage_date', …`.
CANONICAL_STREAM = re.compile(r"^\s*'(\w+)': \{'time':", re.MULTILINE)


def read_contracts(staging_dir: Path) -> tuple[SourceContract, ...]:
    """Read the contract of every source that lands as files.

    Parameters
    ----------
    staging_dir
        Folder ``models/staging`` with one folder per source.

    Returns
    -------
    tuple of SourceContract
        In the order of their names; sources without a single ``landing`` are left out.

    Raises
    ------
    ContractError
        Names the file, table and key, the bad value, what is allowed and the nearest of it.
    """
    if not staging_dir.is_dir():
        message = f"{staging_dir} is no folder; contracts are read from models/staging/<source>/"
        raise ContractError(message)
    folders = sorted(path for path in staging_dir.iterdir() if path.is_dir())
    sources = [read_source(folder) for folder in folders]
    return tuple(source for source in sources if source is not None and source.streams)


def staging_streams(staging_dir: Path, sources: Sequence[str]) -> dict[str, list[str]]:
    """Return which sources feed each canonical stream, from the staging file names.

    The canonical streams are listed once, in the macro ``canonical_streams``; a view named after
    none of them would feed nothing and nobody would notice, so it is refused here.

    Parameters
    ----------
    staging_dir
        Folder ``models/staging``.
    sources
        Sources that are switched on.

    Returns
    -------
    dict
        ``{stream: [source, …]}``, both sorted; streams that no source supplies are absent.

    Raises
    ------
    ContractError
        When a file ``stg_…`` does not follow ``stg_<source>__<stream>.sql`` with the name of the
        folder that it lies in and of a canonical stream.
    """
    canonical = _canonical_streams(staging_dir.parent.parent / "macros" / "canonical_streams.sql")
    suppliers: dict[str, list[str]] = {}
    for source in sorted(set(sources)):
        for path in sorted((staging_dir / source).rglob("stg_*.sql")):
            named, separator, stream = path.stem.removeprefix("stg_").partition("__")
            if not separator or not stream or named != source:
                message = (
                    f"{path}: a staging view is called stg_<source>__<stream>.sql, here "
                    f"stg_{source}__<stream>.sql; one that feeds no stream is called "
                    f"base_{source}__<thing>.sql"
                )
                raise ContractError(message)
            with located(str(path)):
                check_one_of("stream", stream, canonical)
            suppliers.setdefault(stream, []).append(source)
    return dict(sorted(suppliers.items()))


def expand_sources(names: Iterable[str], available: Iterable[str]) -> tuple[str, ...]:
    """Return the sources meant by ``names``; ``demo`` means ``demo`` and every ``demo_…``.

    Raises
    ------
    ContractError
        For a name that fits no source; it gives the nearest and the whole list.
    """
    known = sorted(set(available))
    expanded: set[str] = set()
    for name in names:
        meant = [source for source in known if source == name or source.startswith(f"{name}_")]
        if not meant:
            groups = {source.partition("_")[0] for source in known if "_" in source}
            check_one_of("source", name, sorted({*known, *groups}))
        expanded.update(meant)
    return tuple(sorted(expanded))


def _canonical_streams(macro: Path) -> list[str]:
    """Return the names of the canonical streams, from the dbt macro that defines them."""
    if not macro.exists():
        message = f"{macro}: is missing; it lists the canonical streams"
        raise ContractError(message)
    names = CANONICAL_STREAM.findall(macro.read_text(encoding="utf-8"))
    if not names:
        message = f"{macro}: holds no line like 'accounts': {{'time': …"
        raise ContractError(message)
    return sorted(names)
