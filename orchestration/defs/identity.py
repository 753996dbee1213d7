"""What a run says about ids is kept for the next one."""

import dagster as dg

from orchestration.identity_register import append_events
from orchestration.run import Run
from orchestration.settings import IDENTITY_REGISTER


@dg.asset(
    key=["landing", "identifier_events"],
    deps=[dg.AssetKey(["core", "int_identifier_history"])],
    group_name="landing",
    owners=["team:data_stewards"],
    kinds={"csv"},
)
def identifier_events(run: Run) -> dg.MaterializeResult:
    """Ids issued, retired or returned in this run, as a landing file that the next run reads."""
    history = run.warehouse.read("core.int_identifier_history")
    written = append_events(
        history, run.settings.landing_dir(IDENTITY_REGISTER), recorded_at=run.arrival
    )
    return dg.MaterializeResult(
        metadata={"dagster/row_count": written.rows, "file": str(written.file or "none")}
    )


def definitions() -> dg.Definitions:
    """Return the keeping of ids."""
    return dg.Definitions(assets=[identifier_events])
