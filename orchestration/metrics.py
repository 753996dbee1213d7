"""Ask the warehouse for metrics as dbt_project/semantic defines them, through MetricFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import pandas as pd
from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
    OutputColumnOrderMode,
)
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer
from metricflow_semantic_interfaces.protocols.semantic_manifest import SemanticManifest
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

SEMANTIC_MANIFEST = "semantic_manifest.json"


class DuckDbDialect:
    """The dialect alone: MetricFlow writes the SQL, and the warehouse's own door runs it.

    MetricFlow's own client opens the warehouse for writing and keeps it open, which would shut out
    everybody else.
    """

    sql_engine_type = SqlEngine.DUCKDB

    def __init__(self) -> None:
        self.sql_plan_renderer: SqlPlanRenderer = DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """Return the mark of a parameter."""
        return f"${bind_parameter_key}"

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError("queries run through orchestration.warehouse")

    query = execute = dry_run = close = _refuse


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One row of the catalogue: a metric as its definition describes it."""

    name: str
    label: str
    description: str
    unit: str
    owner: str
    mart: str
    is_part: bool


@dataclass(frozen=True)
class MetricLayer:
    """The semantic definitions of one parse of dbt's project, and what can be asked of them."""

    manifest: SemanticManifest

    @classmethod
    def of(cls, target: Path) -> MetricLayer:
        """Read the definitions that dbt wrote into its ``target`` folder.

        Raises
        ------
        FileNotFoundError
            When dbt has not parsed the project for this folder.
        """
        text = (target / SEMANTIC_MANIFEST).read_text(encoding="utf-8")
        return cls(parse_manifest_from_dbt_generated_manifest(text))

    @cached_property
    def engine(self) -> MetricFlowEngine:
        """MetricFlow's engine, which writes SQL and runs none."""
        return MetricFlowEngine(
            semantic_manifest_lookup=SemanticManifestLookup(self.manifest),
            sql_client=DuckDbDialect(),
        )

    def metrics(self) -> list[Metric]:
        """Return every metric by name; parts, which only serve others, among them."""
        found = []
        for metric in self.manifest.metrics:
            if metric.config is None:
                continue
            meta = metric.config.meta
            found.append(
                Metric(
                    name=metric.name,
                    label=metric.label or metric.name,
                    description=metric.description or "",
                    unit=meta["unit"],
                    owner=meta["owner"],
                    mart=meta["mart"],
                    is_part=bool(meta.get("is_part")),
                )
            )
        return sorted(found, key=lambda metric: metric.name)

    def dimensions(self, metrics: Sequence[str]) -> list[str]:
        """Return by what all of ``metrics`` can be grouped and filtered."""
        found = self.engine.simple_dimensions_for_metrics(list(metrics), ())
        return sorted({dimension.dunder_name for dimension in found})

    def sql(
        self,
        metrics: Sequence[str],
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> str:
        """Return the SQL that gives ``metrics``, one row per group.

        Parameters
        ----------
        metrics
            Names of metrics.
        by
            Dimensions, as ``metric_time__month`` or ``answer__segment``.
        where
            Filters in MetricFlow's words, as ``{{ Dimension('answer__scale') }} = '1–5'``.
        order
            Columns to sort by; a minus before one turns it round.
        limit
            Most rows.
        """
        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics),
            group_by_names=list(by),
            where_constraints=list(where),
            order_by_names=list(order),
            limit=limit,
            output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
        )
        return self.engine.explain(request).sql_statement.sql


def ask(settings: Settings, sql: str) -> pd.DataFrame:
    """Run the SQL of a question on the warehouse, opened for reading alone."""
    with Warehouse.of(settings).connect(read_only=True) as connection:
        return connection.execute(sql).df()
