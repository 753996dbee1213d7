"""`throughline metrics`: the catalogue, and figures of any metric by any dimension."""

from __future__ import annotations

import click
from metricflow_semantics.errors.error_classes import InvalidQueryException

from orchestration.metrics import MetricLayer, ask
from orchestration.settings import Settings


@click.command()
@click.argument("names", nargs=-1)
@click.option("--by", multiple=True, help="Group by this: metric_time__month, answer__segment.")
@click.option(
    "--where", multiple=True, help="Keep to this: \"{{ Dimension('answer__scale') }} = '1–5'\"."
)
@click.option("--order", multiple=True, help="Sort by this column; -COLUMN turns it round.")
@click.option("--limit", type=click.IntRange(min=1), help="Most rows.")
@click.option("--csv", is_flag=True, help="Print comma-separated values.")
@click.option("--sql", is_flag=True, help="Print the SQL instead of running it.")
@click.option("--dimensions", is_flag=True, help="List by what the metrics can be grouped.")
def metrics(
    names: tuple[str, ...],
    by: tuple[str, ...],
    where: tuple[str, ...],
    order: tuple[str, ...],
    limit: int | None,
    csv: bool,
    sql: bool,
    dimensions: bool,
) -> None:
    """Print metrics NAMES from the warehouse, or without names the list of all metrics.

    The definitions are those of the last run; after a change to them, `throughline dbt parse`.
    """
    settings = Settings.from_environment()
    try:
        layer = MetricLayer.of(settings.dbt_target_dir)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"there are no definitions in {settings.dbt_target_dir}: run `throughline run` first"
        ) from error
    if not names:
        for metric in layer.metrics():
            if not metric.is_part:
                click.echo(f"{metric.name:<40} {metric.unit:<32} {metric.label}")
        return
    unknown = sorted(set(names) - {metric.name for metric in layer.metrics()})
    if unknown:
        raise click.ClickException(
            f"there is no metric {', '.join(unknown)}; `throughline metrics` lists them"
        )
    if dimensions:
        click.echo("\n".join(layer.dimensions(names)))
        return
    try:
        query = layer.sql(names, by=by, where=where, order=order or by, limit=limit)
    except InvalidQueryException as error:
        raise click.ClickException(str(error)) from error
    if sql:
        click.echo(query)
        return
    # Counts come as floats where a group may lack them.
    frame = ask(settings, query).convert_dtypes()
    click.echo(frame.to_csv(index=False).rstrip() if csv else frame.to_string(index=False))
