"""What others may read: the snapshot with its score files, and the site built from it."""

import dagster as dg

from orchestration.defs.quality import gate_key
from orchestration.defs.transformation.manifest import mart_keys, personal_columns
from orchestration.defs.transformation.project import current_manifest
from orchestration.publish import publish_site, publish_snapshot
from orchestration.run import Run
from orchestration.settings import Settings

RETRY = dg.RetryPolicy(max_retries=1, delay=2)


def definitions(settings: Settings) -> dg.Definitions:
    """Return the snapshot and the site."""
    manifest = current_manifest(settings)

    @dg.asset(
        key=["published", "snapshot"],
        deps=[*mart_keys(manifest), dg.AssetKey(["ml", "model_metrics"]), gate_key("marts")],
        group_name="publishing",
        owners=["team:analytics_engineering"],
        kinds={"duckdb", "parquet"},
        retry_policy=RETRY,
    )
    def snapshot(run: Run) -> dg.MaterializeResult:
        """Every mart as one set: DuckDB, Parquet and score files, put in place at once."""
        published = publish_snapshot(
            run.settings.warehouse_path,
            run.settings.published_dir,
            run_id=run.identifier,
            as_of=run.last_day,
            published_at=run.arrival,
            personal_columns=personal_columns(manifest),
            restricted=run.settings.publish_restricted,
        )
        return dg.MaterializeResult(
            metadata={
                "tables": len(published.rows),
                "rows": sum(published.rows.values()),
                "size_bytes": published.size_bytes,
                "folder": dg.MetadataValue.path(published.folder),
            }
        )

    @dg.asset(
        key=["published", "site"],
        deps=[snapshot],
        group_name="publishing",
        owners=["team:customer_experience"],
        kinds={"html"},
        retry_policy=RETRY,
    )
    def site(run: Run) -> dg.MaterializeResult:
        """The pages that CX teams look at, built from the published snapshot."""
        built = publish_site(run.settings)
        return dg.MaterializeResult(
            metadata={
                "pages": len(built.pages),
                "size_bytes": built.size_bytes,
                "address": dg.MetadataValue.path(built.index),
            }
        )

    return dg.Definitions(assets=[snapshot, site])
