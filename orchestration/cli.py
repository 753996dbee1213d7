"""The `throughline` command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import click

from orchestration.settings import (
    DBT_EXECUTABLE,
    DBT_PROJECT_DIR,
    PROJECT_DIR,
    Settings,
    available_sources,
    prepare_dagster_home,
)

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Throughline: the customer-experience warehouse that follows each customer's journey."""


@main.command()
@click.option("--customers", default=2000, show_default=True, type=click.IntRange(min=50))
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
def demo(customers: int, seed: int) -> None:
    """Write the demo company's exports into the landing folder."""
    from demo.company import generate_company

    settings = Settings.from_environment()
    summary = generate_company(settings.home / "landing", customers=customers, seed=seed)
    click.echo(f"Demo company of {customers:,} customers is in {settings.home / 'landing'}")
    click.echo(f"  {summary}")


@main.command()
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="A source folder, or the beginning of several (demo). Default: all that have landed.",
)
@click.option(
    "--landing",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where that source's files lie, in the order of --source. Default: HOME/landing/SOURCE.",
)
@click.option("--as-of", type=DAY, help="Last day that counts. Default: today.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Default: $THROUGHLINE_HOME or data/."
)
def run(
    sources: tuple[str, ...],
    folders: tuple[Path, ...],
    as_of: datetime | None,
    home: Path | None,
) -> None:
    """Load, build, check, forecast and publish, with progress and a closing summary."""
    settings = settings_of(sources, folders, as_of.date() if as_of else None, home)
    from orchestration.headless import run_headless

    received_at = datetime.now(tz=UTC).replace(tzinfo=None)
    last_day = settings.as_of or received_at.date()
    # The run sends what libraries print to a log; its own lines go to the terminal as it is now.
    echo = partial(click.echo, file=sys.stdout)
    succeeded = run_headless(settings, as_of=last_day, received_at=received_at, echo=echo)
    sys.exit(0 if succeeded else 1)


def settings_of(
    sources: Sequence[str], folders: Sequence[Path], as_of: date | None, home: Path | None
) -> Settings:
    """Return the environment's settings with the command line's words on top.

    Raises
    ------
    click.ClickException
        When a source is unknown, a folder is missing, or no source is there at all.
    """
    from orchestration.extract.contracts import expand_sources

    if home:
        os.environ["THROUGHLINE_HOME"] = str(home.resolve())
    settings = Settings.from_environment()
    try:
        named = expand_sources(sources, available_sources()) if sources else settings.sources
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if not named:
        raise click.ClickException(
            f"no source has landed in {settings.home / 'landing'}: put files into "
            f"landing/<source>/, or name one of {', '.join(available_sources())} with --source"
        )
    settings = replace(
        settings,
        sources=named,
        landing=landing_folders(sources, folders) or (settings.landing if not sources else {}),
        as_of=as_of or settings.as_of,
    )
    for source in settings.sources:
        if not settings.landing_dir(source).is_dir():
            raise click.ClickException(
                f"source {source}: there is no folder {settings.landing_dir(source)}; "
                "put its files there or name their folder with --landing"
            )
    return settings


def landing_folders(sources: Sequence[str], folders: Sequence[Path]) -> dict[str, Path]:
    """Pair each ``--source`` with its ``--landing``.

    A folder given for a name that stands for several sources holds one folder for each.
    """
    from orchestration.extract.contracts import expand_sources

    if not folders:
        return {}
    if len(folders) != len(sources):
        raise click.ClickException(
            f"{len(folders)} --landing for {len(sources)} --source: give one folder per source, "
            "in the same order, or none"
        )
    paired: dict[str, Path] = {}
    for name, folder in zip(sources, folders, strict=True):
        expanded = expand_sources([name], available_sources())
        for source in expanded:
            paired[source] = (folder if expanded == (name,) else folder / source).resolve()
    return paired


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
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


@main.command()
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


@main.command()
def site() -> None:
    """Build the site again from what is published."""
    from orchestration.publish import publish_site

    built = publish_site(Settings.from_environment())
    click.echo(f"{len(built.pages)} pages: {built.index}")


if __name__ == "__main__":
    main()
