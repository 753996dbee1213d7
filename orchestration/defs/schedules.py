"""When runs happen: every morning, and when a file has landed."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import UTC, timedelta
from pathlib import Path

import dagster as dg

from orchestration.defs.quality import report_what_failed
from orchestration.extract.fetch.plan_yaml import read_plans
from orchestration.run import run_config
from orchestration.settings import IDENTITY_REGISTER, STAGING_DIR, Settings

daily_job = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    hooks={report_what_failed},
    description="Load what has landed, rebuild, check, forecast and publish.",
)


@dg.schedule(job=daily_job, cron_schedule="0 5 * * *", execution_timezone="UTC")
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run at five in the morning, UTC, and count days up to yesterday."""
    at = context.scheduled_execution_time.astimezone(UTC).replace(tzinfo=None)
    return dg.RunRequest(
        run_key=at.isoformat(),
        run_config=run_config(as_of=at.date() - timedelta(days=1), received_at=at),
    )


def landing_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor that asks for a run when the files in landing have changed.

    Files that a run fetches itself do not count: they would ask for the next run, without end.
    """
    fetched = [
        settings.landing_dir(source) / plan.target.stream
        for source in settings.sources
        for plan in read_plans(STAGING_DIR / source)
    ]

    @dg.sensor(job=daily_job, minimum_interval_seconds=60)
    def landing_files(
        context: dg.SensorEvaluationContext,
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """Ask for a run when a file has arrived or changed.

        A file that is still being written asks again when it is whole: its size has changed.
        """
        digest = landing_digest(settings, fetched)
        if digest == context.cursor:
            yield dg.SkipReason("no file has arrived or changed since the last look")
            return
        context.update_cursor(digest)
        yield dg.RunRequest(run_key=digest)

    return landing_files


def landing_digest(settings: Settings, fetched: Collection[Path] = ()) -> str:
    """Return a digest of name, size and time of every landing file of the sources.

    What runs themselves write down for the next one is no reason for another run.

    Parameters
    ----------
    fetched
        Folders that do not count either.
    """
    digest = hashlib.sha256()
    for source in settings.sources:
        if source == IDENTITY_REGISTER:
            continue
        for path in sorted(settings.landing_dir(source).rglob("*")):
            if path.is_file() and path.parent not in fetched:
                digest.update(_file_mark(path))
    return digest.hexdigest()


def _file_mark(path: Path) -> bytes:
    stat = path.stat()
    return f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode()


def definitions(settings: Settings) -> dg.Definitions:
    """Return the daily job, its schedule and the landing sensor."""
    return dg.Definitions(
        jobs=[daily_job], schedules=[every_morning], sensors=[landing_sensor(settings)]
    )
