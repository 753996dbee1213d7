"""Where dbt's project lies for one company, and its manifest, parsed anew when it is stale."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
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
    parsed_from = project_fingerprint(settings)
    if manifest.exists() and stamp.exists() and stamp.read_text() == parsed_from:
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
    stamp.write_text(parsed_from)
    return manifest


def project_fingerprint(settings: Settings) -> str:
    """Return a digest of what dbt's manifest is parsed from: every file, and the variables.

    It holds more than `increments.build_fingerprint`: a description makes another manifest but no
    other rows, and must not build everything again.
    """
    said = (
        str(DBT_PROJECT_DIR),
        (DBT_PROJECT_DIR / "profiles.yml").read_text(encoding="utf-8"),
        settings.dbt_vars(settings.as_of or PARSE_DATE),
    )
    return files_digest(
        said,
        folders=("macros", "models", "seeds", "semantic", "snapshots", "tests"),
        suffixes=frozenset({".sql", ".yml", ".csv", ".py"}),
    )


def files_digest(said: Sequence[str], *, folders: Sequence[str], suffixes: frozenset[str]) -> str:
    """Return a digest of some words and of files of the project, by what stands in them.

    Times of files do not count: a fresh checkout changes them all and nothing else.
    """
    digest = hashlib.sha256()
    for part in _parts(said, folders, suffixes):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(
    said: Sequence[str], folders: Sequence[str], suffixes: frozenset[str]
) -> Iterator[bytes]:
    for words in said:
        yield words.encode()
    yield (DBT_PROJECT_DIR / "dbt_project.yml").read_bytes()
    for folder in folders:
        for path in sorted((DBT_PROJECT_DIR / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path.relative_to(DBT_PROJECT_DIR).as_posix().encode()
                yield path.read_bytes()
