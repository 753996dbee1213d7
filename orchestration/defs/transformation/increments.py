"""When dbt may build what changed alone, and when it must build everything again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import duckdb
import pandas as pd

from orchestration.defs.transformation.project import PARSE_DATE
from orchestration.settings import DBT_PROJECT_DIR, Settings
from orchestration.warehouse import Warehouse

BUILDS = "quality.dbt_builds"


def refresh_flags(warehouse: Warehouse, pass_name: str, fingerprint: str) -> list[str]:
    """Return dbt's flag for a whole build, unless the last one of this pass was made alike.

    Rows that stay from run to run were made by the project of that day: another model, seed,
    variable, source or engine makes others.
    """
    if BUILDS not in warehouse.row_counts():
        return ["--full-refresh"]
    builds = warehouse.read(BUILDS)
    last = builds.loc[builds["pass_name"] == pass_name, "fingerprint"].to_list()
    return [] if last == [fingerprint] else ["--full-refresh"]


def note_build(warehouse: Warehouse, pass_name: str, fingerprint: str) -> None:
    """Write down of what a pass was built, as it was when the pass began."""
    row = {"pass_name": pass_name, "fingerprint": fingerprint}
    warehouse.append(pd.DataFrame([row]), BUILDS, replacing=["pass_name"])


def build_fingerprint(settings: Settings) -> str:
    """Return a digest of the project's files, its variables but for the date, and the engine."""
    digest = hashlib.sha256()
    for part in _parts(settings):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(settings: Settings) -> Iterator[bytes]:
    yield settings.dbt_vars(PARSE_DATE).encode()
    yield duckdb.__version__.encode()
    yield (DBT_PROJECT_DIR / "dbt_project.yml").read_bytes()
    for folder in ("macros", "models", "seeds"):
        for path in sorted((DBT_PROJECT_DIR / folder).rglob("*")):
            if path.suffix in {".sql", ".py", ".csv"}:
                yield path.relative_to(DBT_PROJECT_DIR).as_posix().encode()
                yield path.read_bytes()
