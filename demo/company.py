"""Generate the demo company: vendor-like exports, at any size, the same bytes for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from demo.dirt import rules_of, share_of, spoil
from demo.exports import EXPORTS, Export, write_export
from demo.fragments import load_fragments
from demo.steps import run_steps
from demo.truth_files import TRUTH_QUERIES, write_truth

# Ten thousand customers are about two million interactions: below 2 GB at work, and quick enough.
CUSTOMERS_PER_PART = 10_000
SMALLEST_COMPANY = 200
MEMORY_LIMIT = "2GB"


@dataclass(frozen=True, kw_only=True)
class CompanySummary:
    """What was generated: rows by export ("source.stream"), files and bytes."""

    customers: int
    seed: int
    rows: dict[str, int]
    files: int
    bytes_written: int

    @property
    def total_rows(self) -> int:
        """Rows over all exports."""
        return sum(self.rows.values())


def generate_company(
    landing: Path,
    *,
    customers: int = 2_000,
    seed: int = 7,
    truth: Path | None = None,
    customers_per_part: int = CUSTOMERS_PER_PART,
) -> CompanySummary:
    """Write the exports of the demo company into `landing/<source>/<stream>/`.

    Parameters
    ----------
    landing : Path
        Landing folder; files of an earlier demo company in it are replaced, others left alone.
    customers : int
        Size of the company, at least 200; a customer makes about 200 interactions.
    seed : int
        Another seed, another company with the same truths.
    truth : Path, optional
        Where the side files with the true probabilities go; beside `landing` by default. They are
        not part of what a company could export, and nothing but a test may read them.
    customers_per_part : int
        Customers generated at a time, and so the memory needed; part of what decides the bytes.

    Returns
    -------
    CompanySummary

    Raises
    ------
    ValueError
        If the company or its parts are smaller than 200 customers.
    """
    for name, value in (("customers", customers), ("customers_per_part", customers_per_part)):
        if value < SMALLEST_COMPANY:
            raise ValueError(f"{name} is {value}; the planted truths need {SMALLEST_COMPANY}")
    truth_folder = truth or landing.parent / "truth"
    _clear(landing, truth_folder)
    rows: Counter[str] = Counter()
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        load_fragments(connection)
        for part, (first, last) in enumerate(_parts(customers, customers_per_part), start=1):
            run_steps(connection, first=first, last=last, customers=customers, seed=seed)
            for export in EXPORTS:
                if part == 1 or not export.once:
                    span = (0, customers) if export.once else (first, last)
                    rows[f"{export.source}.{export.stream}"] += _write(
                        connection, export, landing, part=part, span=span, seed=seed
                    )
            write_truth(connection, truth_folder, part=part)
    written = list(_own_files(landing))
    return CompanySummary(
        customers=customers,
        seed=seed,
        rows=dict(rows),
        files=len(written),
        bytes_written=sum(path.stat().st_size for path in written),
    )


def _parts(customers: int, customers_per_part: int) -> Iterator[tuple[int, int]]:
    """Cut the customers into ranges; a remainder too small to be dirty joins the one before."""
    first = 0
    while first < customers:
        last = first + customers_per_part
        if customers - last < customers_per_part // 2:
            last = customers
        yield first, last
        first = last


def _write(
    connection: duckdb.DuckDBPyConnection,
    export: Export,
    landing: Path,
    *,
    part: int,
    span: tuple[int, int],
    seed: int,
) -> int:
    first, last = span
    spoil(connection, export, first=first, last=last, seed=seed)
    half_lines = sum(
        share_of(rule, first, last) for rule in rules_of(export) if rule.kind == "half_line"
    )
    return write_export(connection, export, landing, part=part, half_lines=half_lines)


def _own_files(landing: Path) -> Iterator[Path]:
    for export in EXPORTS:
        folder = landing / export.source / export.stream
        yield from sorted(folder.glob(f"{export.stream}_*.{export.file_format}"))


def _clear(landing: Path, truth_folder: Path) -> None:
    """Remove what an earlier, perhaps larger, demo company left: two companies are none."""
    for path in list(_own_files(landing)):
        path.unlink()
    for name in TRUTH_QUERIES:
        for path in truth_folder.glob(f"{name}_[0-9]*.parquet"):
            path.unlink()
