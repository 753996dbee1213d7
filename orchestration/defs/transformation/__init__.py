"""dbt's models, seeds and tests as assets and checks."""

from orchestration.defs.transformation.assets import definitions

__all__ = ["definitions"]
