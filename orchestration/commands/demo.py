"""`throughline demo`: a made-up company to try everything on."""

from __future__ import annotations

import click

from demo.company import SMALLEST_COMPANY, generate_company
from orchestration.settings import Settings


@click.command()
@click.option(
    "--customers", default=2000, show_default=True, type=click.IntRange(min=SMALLEST_COMPANY)
)
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
def demo(customers: int, seed: int) -> None:
    """Write the demo company's exports into the landing folder."""
    settings = Settings.from_environment()
    summary = generate_company(settings.home / "landing", customers=customers, seed=seed)
    click.echo(f"Demo company of {customers:,} customers is in {settings.home / 'landing'}")
    click.echo(f"  {summary}")
