"""`throughline erase`: a person out of landing and of everything built from it, with proof."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import click
import duckdb

from orchestration.erasure.carrying_out import (
    Plan,
    drop_earlier_snapshots,
    erase_from_landing,
    forget_what_was_built,
    plan_erasure,
    prove,
)
from orchestration.erasure.record import ErasureRecord, write_record
from orchestration.erasure.subject import ErasureError
from orchestration.headless import run_headless
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, WarehouseBusyError


@click.command()
@click.argument("customer")
@click.option("--why", required=True, help="The reason; it is kept, the person is not.")
@click.option(
    "--by", envvar=["THROUGHLINE_USER", "USER"], default="",
    help="Who erases. Default: $THROUGHLINE_USER, or the account's name.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(customer: str, why: str, by: str, dry_run: bool, yes: bool) -> None:
    """Erase CUSTOMER: a customer_id, or type:value (email:ada@example.org) for one person.

    Rows leave the landing files themselves; then everything is built again from what is left, up to
    the last day that was published, and every file that is kept is searched for the identifiers.
    """
    settings = Settings.from_environment()
    if not why.strip() or not by.strip():
        raise click.ClickException("--why and --by must not be blank: an erasure is accounted for")
    moment = datetime.now(tz=UTC).replace(tzinfo=None)
    try:
        with Warehouse.of(settings).lock():
            plan = plan_erasure(settings, customer)
            tell(plan)
            if dry_run:
                return
            if not yes:
                click.confirm("Take these rows out of landing for good?", abort=True)
            settings = replace(settings, as_of=last_published_day(settings) or settings.as_of)
            marked = erase_from_landing(plan)
            forget_what_was_built(settings)
        build_again(settings, moment)
        drop_earlier_snapshots(settings)
        searched = prove(settings, plan)
    except (ErasureError, WarehouseBusyError) as error:
        raise click.ClickException(str(error)) from error
    record = ErasureRecord(
        erased_at=moment,
        erased_by=by,
        why=why,
        is_whole_customer=plan.subject.is_whole_customer,
        rows_per_file=plan.rows_per_file,
        files_marked=marked,
        files_searched=searched,
    )
    path = write_record(settings.home / "landing" / "stewardship", record)
    click.echo(
        f"Erased: {record.row_count} rows of {len(record.rows_per_file)} files, identifiers marked "
        f"in {marked} others; {searched} files searched, none holds an identifier. Record: {path}"
    )


def tell(plan: Plan) -> None:
    """Say how much goes, without naming the person."""
    subject = plan.subject
    kinds = ", ".join(f"{len(values)} {kind}" for kind, values in subject.values.items())
    whole = "the whole customer" if subject.is_whole_customer else "one person; the rest stays"
    click.echo(f"{subject.customer_id}: {whole}; identifiers: {kinds}")
    for name, rows in sorted(plan.rows_per_file.items()):
        click.echo(f"  {rows:6,} rows of {name}")


def last_published_day(settings: Settings) -> date | None:
    """Return the last day that counted in what readers read now, None before the first run."""
    path = settings.published_dir / "marts.duckdb"
    if not path.exists():
        return None
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("select as_of_date from published_snapshot").fetchone()
    return row[0] if row else None


def build_again(settings: Settings, moment: datetime) -> None:
    """Run the whole way on what is left.

    Raises
    ------
    ErasureError
        When the run fails; landing is free of the person already.
    """
    echo = partial(click.echo, file=sys.stdout)
    # dbt writes the words of the command into its log, and ours name the person.
    sys.argv[1:] = ["run"]
    if not run_headless(
        settings, as_of=settings.as_of or moment.date(), received_at=moment, echo=echo
    ):
        raise ErasureError(
            "the person is out of landing, but the run that builds everything again failed, so "
            "what is published is still the set of before: mend what it names, then run again"
        )
