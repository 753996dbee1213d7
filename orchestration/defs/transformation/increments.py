"""When dbt may build what changed alone, and when it must build everything again."""

from __future__ import annotations

import duckdb
import pandas as pd

from orchestration.defs.transformation.project import PARSE_DATE, files_digest
from orchestration.settings import Settings
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
    """Return a digest of what rows are made by: files, variables but for the date, the engine.

    It holds less than `project_fingerprint`: neither descriptions and tests, which make no rows,
    nor the date, which the increments take into account themselves.
    """
    return files_digest(
        (settings.dbt_vars(PARSE_DATE), duckdb.__version__),
        folders=("macros", "models", "seeds"),
        suffixes=frozenset({".sql", ".py", ".csv"}),
    )
