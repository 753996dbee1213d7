"""dbt's models, seeds and tests as assets and checks."""

from orchestration.defs.transformation.assets import dbt_resource, definitions

__all__ = ["dbt_resource", "definitions"]
