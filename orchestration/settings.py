"""Settings of one company's warehouse. This module alone reads and writes the environment."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from orchestration.extract.contracts import expand_sources, staging_streams

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
STAGING_DIR = DBT_PROJECT_DIR / "models" / "staging"
# The source of stewards' decisions, and that of the ids that earlier runs gave.
STEWARDSHIP = "stewardship"
IDENTITY_REGISTER = "identity_register"
# Beside our Python, which need not be on the PATH.
DBT_EXECUTABLE = Path(sys.executable).with_name("dbt")

TELEMETRY_OFF = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where one company's data lies and how much of the machine a run may take.

    Parameters
    ----------
    home
        Folder that holds everything a run writes.
    sources
        Source folders of ``dbt_project/models/staging`` that are switched on.
    landing
        Landing folder per source, where it is not ``home/landing/<source>``.
    as_of
        Last day that counts, when a run does not say it itself.
    company
        Name that the site shows.
    threads
        Threads of DuckDB and dbt, at least 1.
    memory_limit
        DuckDB's limit, as in ``2GB``.
    publish_restricted
        Whether marts with personal data are also published whole, for this account alone.
    """

    home: Path
    sources: tuple[str, ...] = ()
    landing: Mapping[str, Path] = field(default_factory=dict)
    as_of: date | None = None
    company: str = "Throughline"
    threads: int = 2
    memory_limit: str = "2GB"
    publish_restricted: bool = False

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"THROUGHLINE_THREADS is {self.threads}; it must be 1 or more")
        stray = sorted(set(self.landing) - set(self.sources))
        if stray:
            raise ValueError(
                f"landing folders are given for {', '.join(stray)}, which is not among the "
                f"sources {', '.join(self.sources) or '(none)'}"
            )

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables that begin with ``THROUGHLINE_``; docs/operations.md lists them."""
        home = Path(os.environ.get("THROUGHLINE_HOME", PROJECT_DIR / "data")).resolve()
        named = [name for name in os.environ.get("THROUGHLINE_SOURCES", "").split(",") if name]
        as_of = os.environ.get("THROUGHLINE_AS_OF")
        landing = json.loads(os.environ.get("THROUGHLINE_LANDING", "{}"))
        return cls(
            home=home,
            sources=with_kept_records(
                home, expand_sources(named, available_sources()) if named else landed(home)
            ),
            landing={name: Path(folder) for name, folder in landing.items()},
            as_of=date.fromisoformat(as_of) if as_of else None,
            company=os.environ.get("THROUGHLINE_COMPANY", cls.company),
            threads=int(os.environ.get("THROUGHLINE_THREADS", "2")),
            memory_limit=os.environ.get("THROUGHLINE_MEMORY_LIMIT", "2GB"),
            publish_restricted=_switch("THROUGHLINE_PUBLISH_RESTRICTED"),
        )

    def export(self) -> None:
        """Put these settings into the environment, for dbt and a Dagster server started here."""
        os.environ.update(TELEMETRY_OFF)
        os.environ.update(
            {
                "THROUGHLINE_HOME": str(self.home),
                "THROUGHLINE_SOURCES": ",".join(self.sources),
                "THROUGHLINE_LANDING": json.dumps(
                    {name: str(folder) for name, folder in self.landing.items()}
                ),
                "THROUGHLINE_COMPANY": self.company,
                "THROUGHLINE_THREADS": str(self.threads),
                "THROUGHLINE_MEMORY_LIMIT": self.memory_limit,
                "THROUGHLINE_PUBLISH_RESTRICTED": "1" if self.publish_restricted else "0",
                "THROUGHLINE_WAREHOUSE": str(self.warehouse_path),
                "DAGSTER_HOME": str(self.dagster_home),
                "DBT_TARGET_PATH": str(self.dbt_target_dir),
                "DBT_LOG_PATH": str(self.home / "dbt" / "logs"),
                "DLT_DATA_DIR": str(self.fetch_dir / "dlt"),
            }
        )
        if self.as_of:
            os.environ["THROUGHLINE_AS_OF"] = self.as_of.isoformat()

    def landing_dir(self, source: str) -> Path:
        """Folder in which the files of ``source`` arrive."""
        return self.landing.get(source, self.home / "landing" / source)

    def streams(self) -> dict[str, list[str]]:
        """Which sources feed each canonical stream, as ``{stream: [source, …]}``."""
        return staging_streams(STAGING_DIR, self.sources)

    def dbt_vars(self, as_of: date) -> str:
        """Return the variables that every dbt command of a run gets, as JSON."""
        return json.dumps(
            {
                "as_of": as_of.isoformat(),
                "sources": list(self.sources),
                "streams": self.streams(),
            },
            sort_keys=True,
        )

    @property
    def warehouse_path(self) -> Path:
        """The warehouse: one DuckDB file, written by one run at a time."""
        return self.home / "warehouse.duckdb"

    @property
    def fetch_dir(self) -> Path:
        """How far each stream of a database or an API has been fetched."""
        return self.home / "fetch"

    @property
    def models_dir(self) -> Path:
        """Fitted models with their cards, ``models/<model>/<version>/``."""
        return self.home / "models"

    @property
    def published_dir(self) -> Path:
        """What others may read: a link to the latest complete snapshot."""
        return self.home / "published"

    @property
    def quality_dir(self) -> Path:
        """The steward's report, its history and Data Docs."""
        return self.home / "quality"

    @property
    def site_dir(self) -> Path:
        """The static site."""
        return self.home / "site"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own records."""
        return self.home / "dagster"

    @property
    def dbt_target_dir(self) -> Path:
        """What dbt writes: manifest, compiled SQL, run results."""
        return self.home / "dbt" / "target"


def _switch(name: str) -> bool:
    """Return whether the variable ``name`` is on; absent is off."""
    value = os.environ.get(name, "0")
    if value not in ("0", "1"):
        raise ValueError(f"{name} is {value!r}; it must be 1 (on) or 0 (off)")
    return value == "1"


def secrets() -> Mapping[str, str]:
    """Return the environment, in which contracts name the variables that hold secrets."""
    return os.environ


def dbt_variable(name: str) -> Any:
    """Return a variable of the dbt project, which is where thresholds live."""
    project = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"][name]


def available_sources() -> tuple[str, ...]:
    """Name every source folder that has a contract."""
    return tuple(sorted(path.parent.name for path in STAGING_DIR.glob("*/_*__sources.yml")))


def landed(home: Path) -> tuple[str, ...]:
    """Name the sources that have a folder in ``home/landing``."""
    return tuple(name for name in available_sources() if (home / "landing" / name).is_dir())


def with_kept_records(home: Path, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Add the register of ids, and the stewards' decisions where there are any, to ``sources``.

    They concern rows of all sources, so whoever runs a few sources means them too. The register is
    always on: the first run has none, and a server must find in its graph what a run has written.
    """
    if not sources:
        return sources
    has_decisions = (home / "landing" / STEWARDSHIP).is_dir()
    kept = {IDENTITY_REGISTER, *((STEWARDSHIP,) if has_decisions else ())}
    return tuple(sorted({*sources, *kept}))


def prepare_dagster_home(settings: Settings) -> None:
    """Put our Dagster configuration where Dagster keeps this company's records."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = PROJECT_DIR / "orchestration" / "dagster.yaml"
    shutil.copyfile(configuration, settings.dagster_home / "dagster.yaml")
