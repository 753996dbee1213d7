"""`throughline fetch`: databases and APIs into landing, by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from orchestration.extract.contracts import expand_sources
from orchestration.extract.fetch.fetcher import (
    FetchRequest,
    StreamFetch,
    fetch_stream,
    state_file,
)
from orchestration.extract.fetch.plan_yaml import read_all_plans
from orchestration.extract.fetch.plans import Plan
from orchestration.extract.fetch.positions import shown
from orchestration.extract.fetch.secrets import FetchError
from orchestration.settings import STAGING_DIR, Settings, secrets


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--stream", "streams", multiple=True, help="Only these streams of the sources.")
@click.option("--full", is_flag=True, help="From the very beginning, not from where it ended.")
@click.option("--since", help="From this value of the cursor on, such as 2026-06-01.")
@click.option(
    "--list", "only_list", is_flag=True, help="Show how far each stream is; fetch nothing."
)
def fetch(
    sources: tuple[str, ...],
    streams: tuple[str, ...],
    full: bool,
    since: str | None,
    only_list: bool,
) -> None:
    """Fetch what is new in databases and APIs into the landing folder.

    SOURCES are those whose contract says how to fetch them; without any, all of them.
    """
    settings = Settings.from_environment()
    settings.export()
    if full and since:
        raise click.ClickException("--full begins at the very beginning, --since later: give one")
    plans = plans_of(sources, streams)
    if only_list:
        for line in listing(plans, settings):
            click.echo(line)
        return
    if (full or since) and not sources:
        raise click.ClickException(
            "--full and --since read again what has landed: name the sources that are meant"
        )
    fetched_at = datetime.now(tz=UTC).replace(tzinfo=None)
    results = []
    for plan in plans:
        result = fetch_stream(
            plan,
            FetchRequest(
                landing_dir=settings.landing_dir(plan.target.source),
                state_dir=settings.fetch_dir,
                environment=secrets(),
                fetched_at=fetched_at,
                full=full,
                since=since,
            ),
        )
        results.append(result)
        for line in outcome(result):
            click.echo(line)
    failed = [result for result in results if result.error]
    click.echo(
        f"{len(results) - len(failed)} of {len(results)} streams fetched, "
        f"{sum(result.rows for result in results):,} rows in "
        f"{sum(len(result.files) for result in results):,} files"
    )
    sys.exit(1 if failed else 0)


def plans_of(sources: Sequence[str], streams: Sequence[str]) -> list[Plan]:
    """Return the plans of the named sources and streams.

    Raises
    ------
    click.ClickException
        When a name stands for nothing that is fetched, or a contract cannot be used.
    """
    try:
        plans = read_all_plans(STAGING_DIR)
        available = sorted({plan.target.source for plan in plans})
        if not available:
            raise click.ClickException(
                "no contract says how to fetch its source; docs/fetching.md shows how"
            )
        named = expand_sources(sources, available) if sources else available
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    chosen = [plan for plan in plans if plan.target.source in named]
    there = sorted({plan.target.stream for plan in chosen})
    unknown = sorted(set(streams) - set(there))
    if unknown:
        raise click.ClickException(
            f"--stream: {', '.join(unknown)} is not among {', '.join(there)}"
        )
    return [plan for plan in chosen if not streams or plan.target.stream in streams]


def outcome(result: StreamFetch) -> Iterator[str]:
    """Yield what became of one stream."""
    mark = "FAIL" if result.error else "ok  "
    yield (
        f"  {mark} {result.source}.{result.stream:<28} {result.rows:>12,} rows "
        f"{len(result.files):>5,} files {result.seconds:8.1f} s  up to {result.cursor}"
    )
    for message in result.messages:
        yield f"       {message}"
    if result.error:
        yield f"       {result.error}"


def listing(plans: Sequence[Plan], settings: Settings) -> Iterator[str]:
    """Yield how far each stream has been fetched, when that last succeeded, and why it failed."""
    yield f"{'stream':<36} {'rows':>12} {'files':>6}  {'last success (UTC)':<20} up to"
    for plan in plans:
        try:
            state = state_file(plan.target, settings.fetch_dir).read()
        except FetchError as error:
            yield str(error)
            continue
        success = (state.last_success or "never")[: len("2026-06-30T05:00:00")]
        yield (
            f"{plan.target.label:<36} {state.rows:>12,} {state.files:>6,}  "
            f"{success:<20} {shown(state.cursor)}"
        )
        if state.last_error:
            yield f"  last try {state.last_attempt}: {state.last_error}"
