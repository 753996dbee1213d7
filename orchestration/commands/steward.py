"""`throughline steward`: see and settle whatever is doubtful."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from orchestration.settings import Settings
from orchestration.stewardship import display, settling, spreadsheet, standing
from orchestration.stewardship.applying import apply_decisions
from orchestration.stewardship.decisions import DecisionError, now
from orchestration.stewardship.desk import STATES, Desk, Row, open_desk
from orchestration.stewardship.entries import (
    Filter,
    count_entries,
    entry,
    entry_in_full,
    find_entries,
)
from orchestration.stewardship.settling import Proposal, Signature
from orchestration.warehouse import WarehouseBusyError

ROWS_SHOWN = 50
ROW_COLUMNS = (
    "id", "place", "reason_code", "column_name", "value", "message", "waiting",
)  # fmt: skip
GROUP_COLUMNS = (
    "source_name", "stream", "reason_code", "column_name", "row_count", "waiting_count",
    "oldest_at",
)  # fmt: skip
DECISION_COLUMNS = (
    "decision_id", "decided_at", "decided_by", "kind", "about", "state", "why",
)  # fmt: skip

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
by_option = click.option(
    "--by", envvar=["THROUGHLINE_USER", "USER"], default="",
    help="Who decides. Default: $THROUGHLINE_USER, or the account's name.",
)  # fmt: skip
why_option = click.option("--why", required=True, help="The reason; it is kept with the decision.")
json_option = click.option("--json", "as_json", is_flag=True, help="JSON, nothing cut.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="CSV, nothing cut.")


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose quarantined rows."""
    for name, text in (
        ("--file", "A landing file below the source's folder, or a glob of it."),
        ("--reason", "A reason code, such as out_of_range."),
        ("--stream", "A stream of it."),
        ("--source", "A source."),
    ):
        function = click.option(name, help=text)(function)
    return function


@click.group()
def steward() -> None:
    """See and settle whatever is doubtful: quarantined rows, waivers, customers.

    Every decision is a file in landing/stewardship, with who, when and why; the next run, or
    `steward apply`, carries it out.
    """


@contextmanager
def the_desk() -> Iterator[Desk]:
    """Open the desk; what cannot be decided is said without a traceback."""
    try:
        with open_desk(Settings.from_environment(), now()) as desk:
            yield desk
    except DecisionError as error:
        raise click.ClickException(str(error)) from error


@steward.command("list")
@filter_options
@click.option("--status", default="open", show_default=True, help="Or fixed, released, …; all.")
@click.option("--limit", default=ROWS_SHOWN, show_default=True, type=click.IntRange(min=0))
@json_option
@csv_option
def list_entries(
    source: str | None,
    stream: str | None,
    reason: str | None,
    file: str | None,
    status: str,
    limit: int,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show quarantined rows: counts per reason, then the rows, oldest first."""
    chosen = Filter(
        source=source, stream=stream, reason=reason, file=file,
        status=None if status == "all" else status,
    )  # fmt: skip
    with the_desk() as desk:
        groups = count_entries(desk, chosen)
        rows = find_entries(desk, chosen, None if as_json or as_csv else limit)
        if as_json:
            click.echo(display.as_json({"groups": groups, "rows": rows}))
        elif as_csv:
            spreadsheet.write_entries(sys.stdout, rows, _columns_of_one_stream(desk, rows))
        else:
            _echo_entries(groups, rows)


@steward.command()
@click.argument("entry_id", metavar="ID")
@json_option
@csv_option
def show(entry_id: str, *, as_json: bool, as_csv: bool) -> None:
    """Show one quarantined row whole: text, faults, contract, decisions so far."""
    with the_desk() as desk:
        found = entry_in_full(desk, entry_id)
        if as_json:
            click.echo(display.as_json(found))
        elif as_csv:
            spreadsheet.write_entries(sys.stdout, [found], _columns_of_one_stream(desk, [found]))
        else:
            for line in display.entry_lines(found):
                click.echo(line)


@steward.command()
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--set", "pairs", multiple=True, metavar="COLUMN=VALUE", help="Empty value: null.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Many at once: what `list --csv` wrote, filled in.",
)  # fmt: skip
@click.option("--why", help="The reason; with --file, of lines that give none.")
@by_option
def fix(
    entry_id: str | None, pairs: tuple[str, ...], path: Path | None, why: str | None, by: str
) -> None:
    """Correct values of a quarantined row; it is checked again by the same contract."""
    if (path is None) == (entry_id is None):
        raise click.UsageError("give either ID with --set column=value, or --file corrections.csv")
    with the_desk() as desk:
        if path is not None:
            corrections = spreadsheet.read_corrections(desk, path, by=by, why=why)
        else:
            signature = Signature(by=by, why=why or "")
            corrections = [(entry(desk, entry_id or ""), _assignments(pairs), signature)]
        _decide(desk, settling.fix(desk, corrections))


def _bulk(kind: str, text: str) -> Callable[..., None]:
    """Make the command ``release`` or ``reject``, for one row or all that a filter chooses."""
    propose = getattr(settling, kind)

    @click.argument("entry_id", metavar="[ID]", required=False)
    @filter_options
    @click.option("--all", "all_of_them", is_flag=True, help="Every open row that the filter fits.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @why_option
    @by_option
    def command(
        entry_id: str | None,
        source: str | None,
        stream: str | None,
        reason: str | None,
        file: str | None,
        why: str,
        by: str,
        *,
        all_of_them: bool,
        yes: bool,
    ) -> None:
        chosen = Filter(source=source, stream=stream, reason=reason, file=file)
        _check_choice(entry_id, chosen, all_of_them=all_of_them)
        with the_desk() as desk:
            rows = [entry(desk, entry_id)] if entry_id else _unsettled(desk, chosen)
            groups = count_entries(desk, chosen)
        # Nobody holds the warehouse open while a person thinks: a run could not write it.
        if not entry_id and not yes:
            _confirm(kind, rows, groups)
        with the_desk() as desk:
            _decide(desk, propose(desk, rows, Signature(by=by, why=why)))

    command.__doc__ = text
    return command


release = steward.command("release")(
    _bulk("release", "Accept rows that break a rule about values: range, allowed, pattern, future.")
)
reject = steward.command("reject")(_bulk("reject", "Close rows as truly bad."))


@steward.command()
@click.argument("target", metavar="SUITE_OR_TABLE")
@click.option("--expectation", help="One expectation of it. Default: all.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="At most 90 days.")
@why_option
@by_option
def waive(target: str, expectation: str | None, until: datetime, why: str, by: str) -> None:
    """Let an expectation fail until a day, such as until its source is mended."""
    with the_desk() as desk:
        signature = Signature(by=by, why=why)
        _decide(desk, standing.waive(desk, target, expectation, until.date(), signature))


def _pair(kind: str, text: str) -> Callable[..., None]:
    """Make the command ``merge`` or ``split``."""

    @click.argument("left", metavar="A")
    @click.argument("right", metavar="B")
    @why_option
    @by_option
    def command(left: str, right: str, why: str, by: str) -> None:
        with the_desk() as desk:
            _decide(desk, standing.pair(desk, kind, left, right, Signature(by=by, why=why)))

    command.__doc__ = text
    return command


merge = steward.command("merge")(
    _pair("merge", "Say that A and B are one customer: customer ids, or identities as type:value.")
)
split = steward.command("split")(
    _pair("split", "Say that A and B are not: customer ids, or identities as type:value.")
)


@steward.command()
@click.option("--state", help="in_force, undone, replaced or void. Default: all.")
@click.option("--kind", help="fix, release, reject, waive, merge, split or undo. Default: all.")
@json_option
def decisions(state: str | None, kind: str | None, *, as_json: bool) -> None:
    """Show what was decided, by whom, when and why, and whether it still counts."""
    with the_desk() as desk:
        found = desk.rows(
            f"""
            select distinct on (decided_at, decision_id)
                * exclude (subject),
                coalesce(
                    file_name || ', line ' || line_number,
                    left_key_type || ':' || left_key || ' and ' || right_key_type || ':'
                        || right_key,
                    target || coalesce('.' || expectation, '') || ' until ' || valid_until,
                    undoes
                ) as about
            from {STATES}
            where ($1 is null or state = $1) and ($2 is null or kind = $2)
            order by decided_at, decision_id
            """,
            [state, kind],
        )
        if as_json:
            click.echo(display.as_json(found))
            return
        for line in display.table(found, DECISION_COLUMNS):
            click.echo(line)
        for row in found:
            if row["void_because"]:
                click.echo(f"{row['decision_id']} is void: {row['void_because']}")


@steward.command()
@click.argument("decision_id", metavar="DECISION")
@why_option
@by_option
def undo(decision_id: str, why: str, by: str) -> None:
    """Take a decision back, as if it had not been taken."""
    with the_desk() as desk:
        _decide(desk, standing.undo(desk, decision_id, Signature(by=by, why=why)))


@steward.command()
def apply() -> None:
    """Carry decisions out on the raw tables at once; core and marts follow with the next run."""
    try:
        told = apply_decisions(Settings.from_environment(), received_at=now())
    except WarehouseBusyError as error:
        raise click.ClickException(str(error)) from error
    for line in told or ("Nothing changed.",):
        click.echo(line)


def _decide(desk: Desk, proposal: Proposal) -> None:
    path = desk.decide(proposal.decisions)
    for warning in proposal.warnings:
        click.echo(f"Note: {warning}")
    count = len(proposal.decisions)
    subject = proposal.decisions[0].decision_id if count == 1 else f"{count} decisions"
    click.echo(f"Decided: {subject}, in {path.relative_to(desk.landing.parent).as_posix()}.")
    click.echo("The next `throughline run`, or `throughline steward apply`, carries it out.")


def _assignments(pairs: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise DecisionError(f"--set {pair!r} is not of the form column=value")
        if name in values:
            raise DecisionError(f"--set gives {name} twice")
        values[name] = value
    return values


def _check_choice(entry_id: str | None, chosen: Filter, *, all_of_them: bool) -> None:
    if entry_id and (chosen.is_narrowed or all_of_them):
        raise click.UsageError("give either ID, or a filter with --all")
    if not entry_id and not (all_of_them and chosen.is_narrowed):
        raise click.UsageError(
            "give the ID of a row; or, for many, a filter (--source, --stream, --reason, --file) "
            "with --all"
        )


def _unsettled(desk: Desk, chosen: Filter) -> list[Row]:
    rows = [row for row in find_entries(desk, chosen) if row["waiting"] is None]
    if not rows:
        raise DecisionError("no open row without a waiting decision fits the filter")
    return rows


def _confirm(kind: str, rows: Sequence[Row], groups: Sequence[Row]) -> None:
    for line in display.table(groups, GROUP_COLUMNS):
        click.echo(line)
    click.confirm(f"{kind.capitalize()} {len(rows)} rows?", abort=True)


def _columns_of_one_stream(desk: Desk, rows: Sequence[Row]) -> list[str]:
    streams = {(row["source_name"], row["stream"]) for row in rows}
    if len(streams) != 1:
        return []
    return [column.name for column in desk.contract(*streams.pop()).columns]


def _echo_entries(groups: Sequence[Row], rows: Sequence[Row]) -> None:
    total = sum(group["row_count"] for group in groups)
    if not total:
        click.echo("No rows.")
        return
    for line in display.table(groups, GROUP_COLUMNS):
        click.echo(line)
    click.echo("")
    shown = [
        {
            **row,
            "id": row["quarantine_id"][:12],
            "place": f"{row['source_name']}/{row['file_name']}:{row['line_number']}",
        }
        for row in rows
    ]
    for line in display.table(shown, ROW_COLUMNS):
        click.echo(line)
    if total > len(rows):
        click.echo(f"… and {total - len(rows):,} more: --limit, a filter, --csv or --json")
