"""Everything Dagster knows, by concept."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from orchestration.defs import (
    identity,
    ingestion,
    prediction,
    publishing,
    quality,
    schedules,
    transformation,
)
from orchestration.run import Run
from orchestration.settings import Settings


def build_definitions(
    settings: Settings, *, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """Return the whole graph for one company.

    Parameters
    ----------
    settings
        The company: its sources decide which landing and staging assets there are.
    loggers
        Where a run started from the command line sends its events.
    """
    settings.export()
    tables = dg.Definitions.merge(
        ingestion.definitions(settings),
        transformation.definitions(settings),
        identity.definitions(),
        prediction.definitions(),
    )
    steps = {
        assets.node_def.name: frozenset(assets.keys)
        for assets in tables.assets or []
        if isinstance(assets, dg.AssetsDefinition)
    }
    return dg.Definitions.merge(
        tables,
        quality.definitions(settings, steps),
        publishing.definitions(settings),
        schedules.definitions(settings),
        dg.Definitions(
            resources={"run": Run(), "dbt": transformation.dbt_resource(settings)},
            # One process: steps share one warehouse that takes one writer, and starting a process
            # for each would cost seconds of import.
            executor=dg.in_process_executor,
            loggers=loggers,
        ),
    )
