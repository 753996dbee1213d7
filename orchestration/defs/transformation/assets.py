"""Three passes of dbt: what forecasts read, the forecasts' inputs, and what reads the forecasts."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.defs.transformation.broken_tests import keep_broken_tests
from orchestration.defs.transformation.increments import (
    build_fingerprint,
    note_build,
    refresh_flags,
)
from orchestration.defs.transformation.manifest import personal_columns
from orchestration.defs.transformation.project import current_manifest, dbt_project
from orchestration.defs.transformation.translator import TableTranslator
from orchestration.run import Run
from orchestration.settings import DBT_EXECUTABLE, Settings
from orchestration.warehouse import Warehouse

# Each pass pays dbt's start once. The cuts lie where Python steps stand between models: language
# detection needs core, and marts that read scores need the forecasts.
PASSES = {
    "dbt_core": ("resource_type:seed path:models/staging path:models/core", ""),
    "dbt_marts": ("path:models/marts path:models/features", "source:ml+"),
    "dbt_scored_marts": ("source:ml+", ""),
}

# Unit tests prove logic on literal rows; they belong to `make test`, not to every run. A test of
# two models runs in the pass that builds the later one.
BUILD = ("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")


def definitions(settings: Settings) -> dg.Definitions:
    """Return dbt's models, seeds and tests as assets and checks."""
    project = dbt_project(settings)
    manifest = current_manifest(settings)
    translator = TableTranslator()
    personal = personal_columns(manifest)

    def dbt_pass(name: str, select: str, exclude: str) -> dg.AssetsDefinition:
        @dbt_assets(
            manifest=manifest,
            project=project,
            name=name,
            select=select,
            exclude=exclude,
            dagster_dbt_translator=translator,
        )
        def build(
            context: dg.AssetExecutionContext, dbt: DbtCliResource, run: Run
        ) -> Iterator[Any]:
            # Taken before the build: a file that is edited meanwhile belongs to the next.
            fingerprint = build_fingerprint(run.settings)
            whole = refresh_flags(run.warehouse, name, fingerprint)
            arguments = [*BUILD, *whole, "--vars", run.settings.dbt_vars(run.last_day)]
            events = []
            invocation = dbt.cli(arguments, context=context)
            # Rows can be counted once dbt has let go of the warehouse; events wait for that.
            try:
                for event in invocation.stream():
                    context.log.debug(describe(event))
                    events.append(event)
            finally:
                # A test that fails ends the stream with an error: then above all it must be told.
                keep_broken_tests(run, name, invocation)
            note_build(run.warehouse, name, fingerprint)
            row_counts = run.warehouse.row_counts()
            for event in events:
                if isinstance(event, dg.Output):
                    table = ".".join(context.asset_key_for_output(event.output_name).path)
                    yield with_figures(event, table, row_counts.get(table), run.warehouse, personal)
                else:
                    yield event

        return build

    return dg.Definitions(assets=[dbt_pass(name, *cut) for name, cut in PASSES.items()])


def dbt_resource(settings: Settings) -> DbtCliResource:
    """Return the door to dbt's command line."""
    project = dbt_project(settings)
    return DbtCliResource(
        project_dir=project,
        profiles_dir=str(project.profiles_dir),
        dbt_executable=str(DBT_EXECUTABLE),
    )


def describe(event: Any) -> str:
    """Say in a few words what dbt has just finished."""
    name = getattr(event, "check_name", None) or getattr(event, "output_name", None)
    return f"dbt finished {name or type(event).__name__}"


def with_figures(
    event: dg.Output[Any],
    table: str,
    rows: int | None,
    warehouse: Warehouse,
    personal: Mapping[str, Mapping[str, str]],
) -> dg.Output[Any]:
    """Add the rows of a table, and the first of them where it is a mart; views have neither.

    Marts alone are shown, without their ``personal`` columns: nothing below them is free of such.
    """
    if rows is None:
        return event
    figures: dict[str, Any] = {**event.metadata, "dagster/row_count": rows}
    if table.startswith("marts.") and rows:
        previewed = warehouse.preview(table, without=list(personal.get(table, {})))
        records = [dg.TableRecord(record) for record in previewed]
        figures["preview"] = dg.MetadataValue.table(records)
    return event.with_metadata(figures)
