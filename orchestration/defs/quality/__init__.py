"""Expectations as blocking checks, the load ledger, and the steward's report."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import dagster as dg

from data_quality.catalogue import list_suites
from orchestration.defs.quality.checking import Step, table_key
from orchestration.defs.quality.gates import gate_asset, gate_key, raw_gate, table_check
from orchestration.defs.quality.report import ledger_asset, report_asset, report_what_failed
from orchestration.defs.quality.specs import mart_lineage, stream_specs, table_specs
from orchestration.defs.transformation.project import current_manifest
from orchestration.defs.transformation.translator import LEDGER
from orchestration.extract.contracts import read_contracts
from orchestration.settings import STAGING_DIR, Settings

__all__ = ["definitions", "gate_asset", "gate_key", "raw_gate", "report_what_failed", "table_check"]

# One dbt step builds a table together with tables that read it. A check that blocked what reads the
# table would cut that step in two and pay dbt's start twice, so the suites of these schemas stand
# on an asset of their own, on which all later steps wait.
GATED_SCHEMAS = ("core", "features", "marts")


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
    contracts = {
        stream.table_name: (source, stream)
        for source in read_contracts(STAGING_DIR)
        if source.name in settings.sources
        for stream in source.streams
    }
    sources = sorted(key for key in keys if key.path[0] == "raw" and key.path[1] in contracts)
    suites = [suite for suite in list_suites() if table_key(suite.table) in {*keys, LEDGER}]
    owners = {suite.table: suite.owner for suite in suites}
    tables = [
        replace(spec, owner=owners.get(spec.table, spec.owner))
        for spec in table_specs(current_manifest(settings), keys)
    ]
    whole = Step(
        name="raw",
        suites=[suite for suite in suites if suite.schema_name == "raw"],
        specs=stream_specs(contracts.values()),
        comparable=", ".join(settings.sources),
    )

    def step(name: str, schema: str, within: Collection[dg.AssetKey]) -> Step:
        return replace(
            whole,
            name=name,
            suites=[s for s in suites if s.schema_name == schema and table_key(s.table) in within],
            specs=[
                t
                for t in tables
                if t.table.startswith(f"{schema}.") and table_key(t.table) in within
            ],
        )

    gates = [
        gate_asset(
            step(schema, schema, keys),
            # Models behind the marts may lie in core too; its gate stands before them.
            [
                key
                for key in (steps["dbt_core"] if schema == "core" else keys)
                if key.path[0] == schema
            ],
        )
        for schema in GATED_SCHEMAS
    ]
    scores = [step(f"ml_{key.path[1]}", "ml", [key]) for key in sorted(keys) if key.path[0] == "ml"]
    scores = [found for found in scores if found.suites]
    arrivals = step("load_ledger", "quality", [LEDGER])
    lineage = mart_lineage(current_manifest(settings))
    report = report_asset(
        [*(gate.key for gate in gates), LEDGER, *(table_key(s.specs[0].table) for s in scores)]
    )
    return dg.Definitions(
        assets=[ledger_asset(LEDGER, sources), *gates, report],
        asset_checks=[
            raw_gate(whole, {name: stream for name, (_, stream) in contracts.items()}, lineage),
            *(table_check(found) for found in (arrivals, *scores)),
        ],
    )
