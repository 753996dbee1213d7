"""`throughline dbt`: any dbt command on this company's warehouse."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import click

from orchestration.settings import DBT_EXECUTABLE, DBT_PROJECT_DIR, Settings


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dbt(arguments: tuple[str, ...]) -> None:
    """Run dbt on this company's warehouse, as in `throughline dbt build -s mart_journey_map+`."""
    settings = Settings.from_environment()
    settings.export()
    as_of = settings.as_of or datetime.now(tz=UTC).date()
    command = [
        str(DBT_EXECUTABLE),
        *arguments,
        "--project-dir",
        str(DBT_PROJECT_DIR),
        "--profiles-dir",
        str(DBT_PROJECT_DIR),
        "--vars",
        settings.dbt_vars(as_of),
    ]
    sys.exit(subprocess.run(command, check=False).returncode)
