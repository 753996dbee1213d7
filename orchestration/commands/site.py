"""`throughline site`: the pages again, from what is published."""

from __future__ import annotations

import click

from orchestration.publish import publish_site
from orchestration.settings import Settings


@click.command()
def site() -> None:
    """Build the site again from what is published."""
    built = publish_site(Settings.from_environment())
    click.echo(f"{len(built.pages)} pages: {built.index}")
