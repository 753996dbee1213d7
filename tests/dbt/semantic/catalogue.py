"""The catalogue in docs/metrics.md: ``python -m tests.dbt.semantic.catalogue`` writes it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from dbt.cli.main import dbtRunner

from orchestration.metrics import Metric, MetricLayer

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "docs" / "metrics.md"
BEGIN, END = "<!-- catalogue -->", "<!-- end of the catalogue -->"
AREAS = {
    "customer_insight": "Voice",
    "customer_experience": "Journeys and visits",
    "customer_service": "Service",
    "finance": "Money",
}


def table(metrics: Iterable[Metric]) -> str:
    """Return the catalogue as Markdown, a table for the metrics of each team."""
    known = list(metrics)
    lines = [BEGIN]
    for owner, area in AREAS.items():
        lines += ["", f"### {area} ({owner})", "", "| metric | definition | unit | mart |"]
        lines.append("|---|---|---|---|")
        lines += [
            f"| **{metric.label}** `{metric.name}` | {metric.description} | {metric.unit} "
            f"| `{metric.mart}` |"
            for metric in known
            if metric.owner == owner and not metric.is_part
        ]
    parts = ", ".join(f"`{metric.name}`" for metric in known if metric.is_part)
    lines += ["", f"Parts that only other metrics ask for: {parts}.", "", END]
    return "\n".join(lines)


def written() -> str:
    """Return the catalogue as it stands in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def main() -> None:
    """Parse the project and write the catalogue into the document."""
    project = ROOT / "dbt_project"
    with tempfile.TemporaryDirectory() as target:
        folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        variables = f"{{as_of: {date(1970, 1, 1)}}}"
        outcome = dbtRunner().invoke(
            ["--quiet", "parse", *folders, "--target-path", target, "--vars", variables]
        )
        if not outcome.success:
            raise SystemExit(str(outcome.exception))
        made = table(MetricLayer.of(Path(target)).metrics())
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(text.replace(written(), made), encoding="utf-8")


if __name__ == "__main__":
    main()
