"""The code location that Dagster loads."""

import dagster as dg

from orchestration.defs import build_definitions
from orchestration.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """Return every asset, check, job, schedule and sensor of the company in the environment."""
    return build_definitions(Settings.from_environment())
