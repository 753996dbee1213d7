"""What every step of one run shares: its dates, its settings and the locked warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import dagster as dg
from pydantic import PrivateAttr

from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


class Run(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The dates of a run and the warehouse it writes, locked from its first step to its last.

    The command line, the schedule and the sensor state both dates. A run launched by hand in the
    web interface may leave them out: then ``THROUGHLINE_AS_OF``, else the day on which Dagster
    recorded the run, counts.
    """

    as_of: str = ""
    received_at: str = ""

    _settings: Settings = PrivateAttr()
    _as_of: date = PrivateAttr()
    _received_at: datetime = PrivateAttr()
    _run_id: str = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Run]:
        """Settle the dates and hold the warehouse while the run lasts."""
        if context.run is None or context.instance is None:
            raise RuntimeError("this resource serves runs only")
        record = context.instance.get_run_record_by_id(context.run.run_id)
        launched_at = record.create_timestamp if record else None
        self._settings = Settings.from_environment()
        self._run_id = context.run.run_id
        self._received_at = self._settle_received_at(launched_at)
        self._as_of = (
            date.fromisoformat(self.as_of)
            if self.as_of
            else self._settings.as_of or self._received_at.date()
        )
        with self.warehouse.lock():
            yield self

    def _settle_received_at(self, launched_at: datetime | None) -> datetime:
        if self.received_at:
            return datetime.fromisoformat(self.received_at)
        if launched_at is None:
            raise RuntimeError(
                "the run has no record in this Dagster instance, so the time it was launched is "
                "unknown: give `received_at` in the run's configuration"
            )
        return launched_at.astimezone(UTC).replace(tzinfo=None)

    @property
    def settings(self) -> Settings:
        """Settings of the company whose warehouse this run writes."""
        return self._settings

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse of this run."""
        return Warehouse.of(self._settings)

    @property
    def last_day(self) -> date:
        """Last day that counts."""
        return self._as_of

    @property
    def arrival(self) -> datetime:
        """When the files of this run were received, UTC without zone."""
        return self._received_at

    @property
    def identifier(self) -> str:
        """Dagster's id of this run."""
        return self._run_id


def run_config(*, as_of: date, received_at: datetime) -> dg.RunConfig:
    """Return the configuration of a run that counts days up to ``as_of``."""
    return dg.RunConfig(
        resources={
            "run": Run(as_of=as_of.isoformat(), received_at=received_at.isoformat()),
        }
    )
