"""`throughline check-source`: a contract tried on files, without loading them."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from orchestration.draft.trial import throwaway_warehouse, trial_lines, try_stream
from orchestration.extract.contract_yaml import read_source
from orchestration.extract.shapes import ContractError, check_one_of
from orchestration.settings import STAGING_DIR, Settings, available_sources


@click.command("check-source")
@click.argument("name")
@click.option(
    "--landing",
    type=click.Path(path_type=Path),
    help="Where the files lie. Default: HOME/landing/NAME.",
)
def check_source(name: str, landing: Path | None) -> None:
    """Try the contract of source NAME on its files; nothing is loaded.

    Says per file how many rows would load, which would be quarantined and why, and which columns
    are unknown or missing. Ends with an error when a file fails or a stream has none.
    """
    try:
        check_one_of("source", name, available_sources())
        contract = read_source(STAGING_DIR / name)
    except ContractError as error:
        raise click.ClickException(str(error)) from error
    if contract is None or not contract.streams:
        raise click.ClickException(f"source {name} has no stream that lands as files")
    folder = landing or Settings.from_environment().landing_dir(name)
    if not folder.is_dir():
        raise click.ClickException(
            f"there is no folder {folder}; put the files of {name} there or name their folder with "
            "--landing"
        )
    received_at = datetime.now(tz=UTC).replace(tzinfo=None)
    with (
        tempfile.TemporaryDirectory(prefix="throughline-check-") as spool,
        throwaway_warehouse(Path(spool)) as connection,
    ):
        trials = [
            try_stream(connection, stream, folder.resolve(), received_at=received_at)
            for stream in contract.streams
        ]
    for line in trial_lines(trials):
        click.echo(line)
    failed = [trial.stream for trial in trials if trial.failed]
    total, loaded = sum(t.rows_in for t in trials), sum(t.rows_loaded for t in trials)
    click.echo(f"{loaded:,} of {total:,} rows would load.")
    if failed:
        click.echo(f"Not in order: {', '.join(failed)}.", err=True)
    sys.exit(1 if failed else 0)
