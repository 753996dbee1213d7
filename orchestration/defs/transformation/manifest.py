"""What publishing needs to know from dbt's manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg


def mart_keys(manifest: Path) -> list[dg.AssetKey]:
    """Return the asset key of every model in the schema ``marts``."""
    return [dg.AssetKey(["marts", node["alias"]]) for node in _models(manifest) if _is_mart(node)]


def personal_columns(manifest: Path) -> dict[str, dict[str, str]]:
    """Return, per mart (``marts.<name>``), the columns tagged ``personal_data`` with their kind."""
    tagged: dict[str, dict[str, str]] = {}
    for node in _models(manifest):
        columns = {
            name: str(kind)
            for name, column in node["columns"].items()
            if (kind := column.get("config", {}).get("meta", {}).get("personal_data"))
        }
        if _is_mart(node) and columns:
            tagged[f"marts.{node['alias']}"] = columns
    return tagged


def _models(manifest: Path) -> list[dict[str, Any]]:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    models = [node for node in nodes if node["resource_type"] == "model"]
    return sorted(models, key=lambda node: str(node["alias"]))


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["schema"] == "marts")
