"""`throughline ui`: Dagster in the browser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from orchestration.settings import PROJECT_DIR, Settings, prepare_dagster_home


@click.command()
@click.option("--port", default=3000, show_default=True)
def ui(port: int) -> None:
    """Serve Dagster: assets, runs, checks, the schedule and the landing sensor."""
    settings = Settings.from_environment()
    prepare_dagster_home(settings)
    settings.export()
    command = [
        str(Path(sys.executable).with_name("dagster")),
        "dev",
        "--workspace",
        str(PROJECT_DIR / "workspace.yaml"),
        "--port",
        str(port),
    ]
    sys.exit(subprocess.run(command, check=False).returncode)
