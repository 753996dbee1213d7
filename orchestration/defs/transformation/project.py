"""Where dbt's project lies for one company, and its manifest, parsed anew when it is stale."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from dagster_dbt import DbtProject
from dbt.cli.main import dbtRunner

from orchestration.settings import DBT_PROJECT_DIR, Settings

# The manifest lists models and lineage, which no date changes; runs give their own.
PARSE_DATE = date(1970, 1, 1)


def dbt_project(settings: Settings) -> DbtProject:
    """Return the project with its target folder inside the company's home."""
    return DbtProject(
        project_dir=DBT_PROJECT_DIR,
        profiles_dir=DBT_PROJECT_DIR,
        target_path=settings.dbt_target_dir,
    )


def current_manifest(settings: Settings) -> Path:
    """Return the path of a manifest that fits the project's files and the settings.

    Raises
    ------
    RuntimeError
        When dbt cannot parse the project; dbt's own message is attached.
    """
    settings.export()
    manifest = settings.dbt_target_dir / "manifest.json"
    stamp = settings.dbt_target_dir / "manifest.stamp"
    fingerprint = project_fingerprint(settings)
    if manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return manifest
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    result = dbtRunner().invoke(
        [
            "--quiet",
            "parse",
            "--project-dir",
            str(DBT_PROJECT_DIR),
            "--profiles-dir",
            str(DBT_PROJECT_DIR),
            "--vars",
            settings.dbt_vars(settings.as_of or PARSE_DATE),
        ]
    )
    if not result.success:
        raise RuntimeError(f"dbt cannot parse {DBT_PROJECT_DIR}: {result.exception}")
    stamp.write_text(fingerprint)
    return manifest


def project_fingerprint(settings: Settings) -> str:
    """Return a digest of the project's files (path, size, time) and of the variables."""
    digest = hashlib.sha256(settings.dbt_vars(settings.as_of or PARSE_DATE).encode())
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.suffix in {".sql", ".yml", ".csv"}:
            stat = path.stat()
            digest.update(json.dumps([str(path), stat.st_size, stat.st_mtime_ns]).encode())
    return digest.hexdigest()
