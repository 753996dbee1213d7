"""Progress of a run on a terminal: a line per step as Dagster reports it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import dagster as dg
from dagster import DagsterEventType

Echo = Callable[[str], None]


@dataclass(kw_only=True)
class Progress:
    """Turns Dagster's log records into lines, and remembers what each step took."""

    echo: Echo
    started: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def event(self, event: dg.DagsterEvent) -> None:
        """Take in one event of the run."""
        step = event.step_key or ""
        if event.event_type == DagsterEventType.STEP_START:
            self.started[step] = monotonic()
        elif event.event_type in {DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}:
            self.seconds[step] = monotonic() - self.started.get(step, monotonic())
            mark = "ok  " if event.event_type == DagsterEventType.STEP_SUCCESS else "FAIL"
            self.echo(f"  {mark} {step:<48} {self.seconds[step]:7.1f} s")
        elif event.event_type == DagsterEventType.STEP_SKIPPED:
            self.echo(f"  skip {step:<48} (something it depends on failed)")
        elif event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                table = ".".join(evaluation.asset_key.path)
                severity = evaluation.severity.value.lower()
                self.echo(f"       {severity}: {table}: {evaluation.check_name}")

    def handler(self) -> logging.Handler:
        """Return a logging handler that feeds this display."""
        return _EventHandler(self)


class _EventHandler(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__(level=logging.DEBUG)
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_event", None) or getattr(record, "dagster_meta", {}).get(
            "dagster_event"
        )
        if event is not None:
            self.progress.event(event)
        elif record.levelno >= logging.WARNING and "were not executed" not in record.getMessage():
            message = getattr(record, "dagster_meta", {}).get("orig_message", record.getMessage())
            self.progress.echo(f"       {record.levelname.lower()}: {message}")


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """Return a Dagster logger whose records go to ``progress`` alone."""

    def to_terminal(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("throughline.progress", level=logging.DEBUG)
        logger.addHandler(progress.handler())
        return logger

    return dg.LoggerDefinition(logger_fn=to_terminal, description="one line per step")
