"""How dbt's nodes look in Dagster: keys that mirror schema and table, groups that are concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

LAYERS_NAMED_BY_THEMSELVES = {"staging", "core", "features"}
# Staging reads what has landed only when the books of the load have been checked.
LEDGER = dg.AssetKey(["quality", "load_ledger"])


class TableTranslator(DagsterDbtTranslator):
    """Asset key ``[schema, table]``; group from the folder; owner from ``meta.owner``."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return dbt's own description, with the ledger as one more parent of staging."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] != "model" or node["fqn"][1] != "staging":
            return spec
        return spec.replace_attributes(deps=[*spec.deps, LEDGER])

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return ``[schema, table]``, whatever kind of node it is."""
        table = dbt_resource_props.get("identifier") or dbt_resource_props["alias"]
        return dg.AssetKey([dbt_resource_props["schema"], table])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return ``staging``, ``core`` or ``features``, a mart's folder, or ``vocabularies``."""
        if dbt_resource_props["resource_type"] == "seed":
            return "vocabularies"
        _project, layer, *folders = dbt_resource_props["fqn"]
        return str(layer if layer in LAYERS_NAMED_BY_THEMSELVES else folders[0])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """Return the team that the folder's ``meta.owner`` names."""
        owner = dbt_resource_props.get("meta", {}).get("owner")
        return [f"team:{owner}"] if owner else None
