"""One small company for the whole session, and its exports as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from demo.company import CompanySummary, generate_company
from demo.exports import EXPORTS, Export

CUSTOMERS = 400
SEED = 20


@dataclass(frozen=True, kw_only=True)
class Company:
    """A generated company and where it lies."""

    landing: Path
    truth: Path
    summary: CompanySummary


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    home = tmp_path_factory.mktemp("demo")
    summary = generate_company(home / "landing", customers=CUSTOMERS, seed=SEED)
    return Company(landing=home / "landing", truth=home / "truth", summary=summary)


def read_table(export: Export, landing: Path) -> str:
    """Return the SQL that reads an export as text, past lines that break off."""
    files = landing / export.source / export.stream / f"{export.stream}_*.{export.file_format}"
    if export.file_format == "parquet":
        return f"read_parquet('{files}')"
    if export.file_format == "csv":
        return (
            f"read_csv('{files}', header = true, all_varchar = true, delim = '{export.delimiter}', "
            f"encoding = '{export.encoding}', ignore_errors = true)"
        )
    return f"read_json('{files}', format = 'newline_delimited', ignore_errors = true)"


@pytest.fixture(scope="session")
def files(company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables `<source>_<stream>` read back from the exports, and `truth_<name>` beside them."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        for export in EXPORTS:
            name = f"{export.source.removeprefix('demo_')}_{export.stream}"
            connection.execute(
                f"create table {name} as select * from {read_table(export, company.landing)}"
            )
        for path in company.truth.glob("*_0001.parquet"):
            name = path.name.removesuffix("_0001.parquet")
            connection.execute(f"create table truth_{name} as select * from '{path}'")
        yield connection
