"""`throughline run`: the whole way once, without a server."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import click

from orchestration.extract.contracts import expand_sources
from orchestration.extract.fetch.plan_yaml import read_plans
from orchestration.headless import run_headless
from orchestration.settings import (
    IDENTITY_REGISTER,
    STAGING_DIR,
    Settings,
    available_sources,
    with_kept_records,
)

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
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
        sources=with_kept_records(settings.home, named),
        landing=landing_folders(sources, folders) or (settings.landing if not sources else {}),
        as_of=as_of or settings.as_of,
    )
    for source in settings.sources:
        comes_by_itself = source == IDENTITY_REGISTER or bool(read_plans(STAGING_DIR / source))
        if not settings.landing_dir(source).is_dir() and not comes_by_itself:
            raise click.ClickException(
                f"source {source}: there is no folder {settings.landing_dir(source)}; "
                "put its files there or name their folder with --landing"
            )
    return settings


def landing_folders(sources: Sequence[str], folders: Sequence[Path]) -> dict[str, Path]:
    """Pair each ``--source`` with its ``--landing``.

    A folder given for a name that stands for several sources holds one folder for each.
    """
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
