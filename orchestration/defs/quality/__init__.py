"""Expectations as blocking checks, the load ledger, and the steward's report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pandas as pd

from data_quality.catalogue import Suite, list_suites
from data_quality.tables import TableSpec
from orchestration.defs.quality.checking import Step, table_key
from orchestration.defs.quality.gates import gate_asset, gate_key, raw_gate, table_check
from orchestration.defs.quality.report import ledger_asset, report_asset, report_what_failed
from orchestration.defs.quality.specs import mart_lineage, stream_specs, table_specs
from orchestration.defs.transformation.project import current_manifest
from orchestration.defs.transformation.translator import LEDGER
from orchestration.extract.contracts import read_contracts
from orchestration.extract.shapes import SourceContract, StreamContract
from orchestration.settings import STAGING_DIR, STEWARDSHIP, Settings

__all__ = ["definitions", "gate_asset", "gate_key", "raw_gate", "report_what_failed", "table_check"]

# One dbt step builds a table together with tables that read it. A check that blocked what reads the
# table would cut that step in two and pay dbt's start twice, so the suites of these schemas stand
# on an asset of their own, on which all later steps wait.
GATED_SCHEMAS = ("core", "features", "marts")
Contracts = Mapping[str, tuple[SourceContract, StreamContract]]


def definitions(settings: Settings, steps: Mapping[str, Collection[dg.AssetKey]]) -> dg.Definitions:
    """Return the ledger, every check whose table is in the graph, and the report.

    Parameters
    ----------
    settings
        The company.
    steps
        Every other step of the graph with the keys of the tables it builds.
    """
    keys = {key for tables in steps.values() for key in tables}
    manifest = current_manifest(settings)
    plan = Plan.of(settings, manifest, {*keys, LEDGER})
    gates = [
        gate_asset(
            plan.step(schema, schema, keys),
            # Models behind the marts may lie in core too; its gate stands before them.
            [
                key
                for key in (steps["dbt_core"] if schema == "core" else keys)
                if key.path[0] == schema
            ],
        )
        for schema in GATED_SCHEMAS
    ]
    arrivals = plan.step("load_ledger", "quality", [LEDGER])
    scores = [
        plan.step(f"ml_{key.path[1]}", "ml", [key]) for key in sorted(keys) if key.path[0] == "ml"
    ]
    scores = [step for step in scores if step.suites]
    raw_keys = [table_key(f"raw.{name}") for name in plan.contracts]
    report = report_asset(
        [*(gate.key for gate in gates), LEDGER, *(table_key(s.specs[0].table) for s in scores)]
    )
    return dg.Definitions(
        assets=[ledger_asset(LEDGER, sorted(raw_keys)), *gates, report],
        asset_checks=[
            *raw_gates(plan, mart_lineage(manifest)),
            *(table_check(step) for step in (arrivals, *scores)),
        ],
    )


def raw_gates(plan: Plan, lineage: pd.DataFrame) -> list[dg.AssetChecksDefinition]:
    """Return the gate of all streams, and that of the stewards' decisions, which load first.

    What waits for the decisions could not stand in one gate with them.
    """
    decided = {name: c for name, c in plan.contracts.items() if c[0].name == STEWARDSHIP}
    landed = {name: c for name, c in plan.contracts.items() if name not in decided}
    gates = [raw_gate(plan.raw_step("raw", landed), _streams(landed), lineage)]
    if decided:
        gates.append(raw_gate(plan.raw_step("raw_decisions", decided), _streams(decided), None))
    return gates


def _streams(contracts: Contracts) -> dict[str, StreamContract]:
    return {name: stream for name, (_, stream) in contracts.items()}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What can be checked for one company.

    Attributes
    ----------
    suites
        Written suites whose table is in the graph.
    tables
        Tables above raw that are measured.
    contracts
        Source and stream per raw table.
    comparable
        The sources that are switched on: runs over others are not compared with it.
    """

    suites: Sequence[Suite]
    tables: Sequence[TableSpec]
    contracts: Contracts
    comparable: str

    @classmethod
    def of(cls, settings: Settings, manifest: Path, keys: Collection[dg.AssetKey]) -> Plan:
        """Read suites, contracts and manifest."""
        suites = [suite for suite in list_suites() if table_key(suite.table) in keys]
        owners = {suite.table: suite.owner for suite in suites}
        return cls(
            suites=suites,
            tables=[
                replace(spec, owner=owners.get(spec.table, spec.owner))
                for spec in table_specs(manifest, keys)
            ],
            contracts={
                stream.table_name: (source, stream)
                for source in read_contracts(STAGING_DIR)
                if source.name in settings.sources
                for stream in source.streams
            },
            # Stewards' decisions appear with the first of them, and are no reason to begin anew.
            comparable=", ".join(name for name in settings.sources if name != STEWARDSHIP),
        )

    def step(self, name: str, schema: str, within: Collection[dg.AssetKey]) -> Step:
        """Return the checks of a schema's tables, of those within some keys."""
        return Step(
            name=name,
            suites=[
                suite
                for suite in self.suites
                if suite.schema_name == schema and table_key(suite.table) in within
            ],
            specs=[
                spec
                for spec in self.tables
                if spec.table.startswith(f"{schema}.") and table_key(spec.table) in within
            ],
            comparable=self.comparable,
        )

    def raw_step(self, name: str, contracts: Contracts) -> Step:
        """Return the checks of some streams."""
        return Step(
            name=name,
            suites=[
                suite
                for suite in self.suites
                if suite.schema_name == "raw" and suite.table_name in contracts
            ],
            specs=stream_specs(contracts.values()),
            comparable=self.comparable,
        )
