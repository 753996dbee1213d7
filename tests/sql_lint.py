"""SQL lint with every source switched on: ``python -m tests.sql_lint``, a part of ``make check``.

sqlfluff leaves out models that dbt has switched off, and staging models are off unless their source
is on. Which sources there are is known from the folders, so the variable is filled in here.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter
from sqlfluff.core.config.loader import load_config_at_path

from orchestration.settings import DBT_PROJECT_DIR, PROJECT_DIR, Settings, available_sources


def lint(folder: Path, home: Path) -> int:
    """Print every violation below ``folder`` and return how many there are."""
    settings = Settings(home=home, sources=available_sources())
    settings.export()
    settings.dbt_target_dir.mkdir(parents=True)
    os.chdir(PROJECT_DIR)
    context = json.loads(settings.dbt_vars(date(2026, 6, 30)))
    # Streams stay empty: their unions need the columns of views that only a run builds.
    context["streams"] = {}
    config = load_config_at_path(str(PROJECT_DIR))
    config["templater"]["dbt"]["context"] = context
    result = Linter(config=FluffConfig(configs=config)).lint_paths((str(folder),), processes=2)
    found = 0
    for file in result.as_records():
        for violation in file["violations"]:
            found += 1
            sys.stdout.write(
                f"{file['filepath']}:{violation['start_line_no']}: {violation['code']} "
                f"{violation['description']}\n"
            )
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        violations = lint(DBT_PROJECT_DIR / (sys.argv[1] if sys.argv[1:] else "."), Path(home))
    sys.stdout.write(f"{violations} violations of SQL style\n")
    sys.exit(bool(violations))
