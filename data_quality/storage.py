"""Files of the quality folder: results of a run, its history, both written whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from data_quality.results import ExpectationResult, SuiteResult, ValidationRun

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_text_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader, or a killed run, sees the old or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _to_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def _checked(run_id: str) -> str:
    if not _RUN_ID.fullmatch(run_id):
        raise ValueError(f"run id {run_id!r} cannot name a file: use letters, digits, . _ and -")
    return run_id


def save_run(run: ValidationRun, quality_dir: Path) -> Path:
    """Keep what a validation found, one file a suite, so that checks may run in parallel.

    A suite validated again in the same run replaces its former result.

    Returns
    -------
    Path
        The folder ``results/<run_id>``.
    """
    folder = quality_dir / "results" / _checked(run.run_id)
    for suite in run.suites:
        document = asdict(suite)
        del document["seconds"]
        document["run_id"] = run.run_id
        document["as_of"] = run.as_of.isoformat()
        document["validated_at"] = run.validated_at.isoformat()
        for row in document["rows"]:
            row["validated_at"] = row["validated_at"].isoformat()
            if row["waived_until"]:
                row["waived_until"] = row["waived_until"].isoformat()
        write_text_atomically(folder / f"{suite.suite_name}.json", _to_json(document))
    return folder


def load_run(quality_dir: Path, run_id: str) -> ValidationRun:
    """Everything that was validated under a run id, in the order of the suites' names.

    Raises
    ------
    FileNotFoundError
        When nothing was validated under it.
    """
    folder = quality_dir / "results" / _checked(run_id)
    documents = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.json"))]
    if not documents:
        raise FileNotFoundError(f"no validation results of run {run_id!r} in {folder}")
    moments = [datetime.fromisoformat(document.pop("validated_at")) for document in documents]
    days = [date.fromisoformat(document.pop("as_of")) for document in documents]
    for document in documents:
        del document["run_id"]
    return ValidationRun(
        run_id=run_id,
        as_of=max(days),
        validated_at=max(moments),
        suites=tuple(_suite_result(document) for document in documents),
    )


def _suite_result(document: dict[str, Any]) -> SuiteResult:
    rows = tuple(_expectation_result(row) for row in document.pop("rows"))
    return SuiteResult(rows=rows, **document)


def _expectation_result(row: dict[str, Any]) -> ExpectationResult:
    until = row["waived_until"]
    return ExpectationResult(
        **{
            **row,
            "validated_at": datetime.fromisoformat(row["validated_at"]),
            "waived_until": date.fromisoformat(until) if until else None,
        }
    )


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """What history keeps of a day: its latest run.

    ``rules`` maps ``suite/rule`` to its status, observed value and share of offending rows.
    """

    run_id: str
    as_of: date
    validated_at: datetime
    critical_failures: int
    warnings: int
    evaluated: int
    skipped: int
    waived: int
    held: int
    rules: Mapping[str, Mapping[str, Any]]


def write_history(run: ValidationRun, quality_dir: Path) -> Path:
    """Write ``history/<as-of day>.json``; a run for a day that was run before takes its place."""
    rows = [row for suite in run.suites for row in suite.rows]
    document = {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "validated_at": run.validated_at.isoformat(),
        "critical_failures": len(run.critical_failures),
        "warnings": len(run.warnings),
        "evaluated": sum(row.status != "skipped" for row in rows),
        "skipped": sum(row.status == "skipped" for row in rows),
        "waived": len(run.with_status("waived")),
        "held": len(run.with_status("held")),
        "rules": {
            f"{row.suite_name}/{row.rule}": {
                "status": row.status,
                "severity": row.severity,
                "observed": row.observed,
                "observed_value": row.observed_value,
                "unexpected_share": row.unexpected_share,
                "table_row_count": row.table_row_count,
            }
            for row in rows
        },
    }
    path = quality_dir / "history" / f"{run.as_of.isoformat()}.json"
    write_text_atomically(path, _to_json(document))
    return path


def read_history(quality_dir: Path, *, until: date | None = None) -> tuple[PastRun, ...]:
    """Days of the history, the oldest first; with ``until``, up to and with that day."""
    runs: Sequence[PastRun] = [
        PastRun(
            **{
                **document,
                "as_of": date.fromisoformat(document["as_of"]),
                "validated_at": datetime.fromisoformat(document["validated_at"]),
            }
        )
        for document in (
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((quality_dir / "history").glob("????-??-??.json"))
        )
    ]
    return tuple(
        sorted(
            (run for run in runs if until is None or run.as_of <= until),
            key=lambda run: run.as_of,
        )
    )
