"""How dbt's nodes look in Dagster: keys that mirror schema and table, groups that are concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

LAYERS_NAMED_BY_THEMSELVES = {"staging", "core", "features"}


class TableTranslator(DagsterDbtTranslator):
    """Asset key ``[schema, table]``; group from the folder; owner from ``meta.owner``."""

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
