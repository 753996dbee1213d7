"""When a pass of dbt builds everything again: when it would build otherwise than it did last."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.defs.transformation import project as dbt_files
from orchestration.defs.transformation.increments import (
    build_fingerprint,
    note_build,
    refresh_flags,
)
from orchestration.defs.transformation.project import project_fingerprint
from orchestration.settings import DBT_PROJECT_DIR, Settings
from orchestration.warehouse import Warehouse

WHOLE = ["--full-refresh"]


def test_a_pass_builds_what_changed_only_when_it_was_built_alike(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sources=("generic",))
    warehouse = Warehouse.of(settings)
    now = build_fingerprint(settings)
    assert refresh_flags(warehouse, "dbt_core", now) == WHOLE
    note_build(warehouse, "dbt_core", now)
    assert refresh_flags(warehouse, "dbt_core", now) == []
    assert refresh_flags(warehouse, "dbt_marts", now) == WHOLE
    note_build(warehouse, "dbt_marts", "of another project")
    note_build(warehouse, "dbt_core", "of another project")
    assert refresh_flags(warehouse, "dbt_core", now) == WHOLE
    assert refresh_flags(warehouse, "dbt_core", "of another project") == []


def test_another_source_is_another_project_and_another_day_is_not(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sources=("generic",))
    assert build_fingerprint(settings) == build_fingerprint(settings)
    assert build_fingerprint(replace(settings, sources=("bt", "generic"))) != build_fingerprint(
        settings
    )


def test_an_edited_model_is_another_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", sources=("generic",))
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        (project / name).write_bytes((DBT_PROJECT_DIR / name).read_bytes())
    model = project / "models" / "one.sql"
    model.write_text("select 1")
    monkeypatch.setattr(dbt_files, "DBT_PROJECT_DIR", project)
    before, parsed = build_fingerprint(settings), project_fingerprint(settings)
    os.utime(model, (0, 0))
    assert project_fingerprint(settings) == parsed, "what stands in a file counts, not its time"
    (project / "models" / "one.yml").write_text("described otherwise")
    assert build_fingerprint(settings) == before
    assert project_fingerprint(settings) != parsed, "a description is part of the manifest"
    model.write_text("select 2")
    assert build_fingerprint(settings) != before
