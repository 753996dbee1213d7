"""Generate the demo company: vendor-like export files, any size, the same bytes for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo import words
from demo.dirt import rules_of, share_of, spoil
from demo.exports import EXPORTS, Export, write_export
from demo.fragments import load_fragments
from demo.truth_files import write_truth
from demo.truths import TRUTHS

SQL_FOLDER = Path(__file__).parent / "sql"
CUSTOMERS_PER_PART = 10_000
MEMORY_LIMIT = "2GB"


@dataclass(frozen=True, kw_only=True)
class CompanySummary:
    """What was generated: rows by export, files and bytes."""

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
        Landing folder; what lies in the folders of the demo sources is replaced file by file.
    customers : int
        Size of the company; 200 is the smallest that holds every planted truth.
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
        If there are fewer than 200 customers or an empty part.
    """
    if customers < 200:
        raise ValueError(f"customers is {customers}; the planted truths need at least 200")
    if customers_per_part < 200:
        raise ValueError(f"customers_per_part is {customers_per_part}; it is at least 200")
    environment = Environment(
        loader=FileSystemLoader(SQL_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - SQL, not HTML
    )
    truth_folder = truth or landing.parent / "truth"
    rows: Counter[str] = Counter()
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        load_fragments(connection)
        for part, (first, last) in enumerate(_parts(customers, customers_per_part), start=1):
            context = {
                "truths": TRUTHS,
                "words": words,
                "seed": seed,
                "first": first,
                "last": last,
                "customers": customers,
            }
            for step in sorted(environment.list_templates(["sql"])):
                connection.execute(environment.get_template(step).render(context))
            for export in EXPORTS:
                if export.once and part > 1:
                    continue
                span = (0, customers) if export.once else (first, last)
                rows[f"{export.source}.{export.stream}"] += _write(
                    connection, export, landing, part=part, span=span, seed=seed
                )
            write_truth(connection, truth_folder, part=part)
    written = [
        path
        for source in sorted({export.source for export in EXPORTS})
        for path in (landing / source).rglob("*")
        if path.is_file()
    ]
    return CompanySummary(
        customers=customers,
        seed=seed,
        rows=dict(rows),
        files=len(written),
        bytes_written=sum(path.stat().st_size for path in written),
    )


def _parts(customers: int, customers_per_part: int) -> Iterator[tuple[int, int]]:
    """Cut the customers into ranges; a remainder too small for its dirt joins the one before."""
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
