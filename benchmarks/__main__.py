"""Run every benchmark and print a table: ``make bench``, or ``python -m benchmarks --rows N``.

``python -m benchmarks --rows 50000000 --only load`` loads 50 million rows; it wants 15 GB of disk.

Each case runs in a process of its own, cases take turns, and the median of three runs is shown, so
that a machine whose speed drifts does not favour one of them. Quote ratios, not seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import CASES, PARTS, prepare

RUNS = 3
PREPARE_HEADING = (
    f"{'case':<34}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'CPU ratio':>11}{'wall ratio':>12}"
)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one run of one case cost: seconds of wall time and CPU, peak megabytes."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def measured(case: str, folder: Path) -> Figures:
    """Run one case in a fresh process."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.cases", case, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return Figures(**json.loads(finished.stdout.splitlines()[-1]))


def median(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        wall_seconds=statistics.median(run.wall_seconds for run in runs),
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        peak_megabytes=statistics.median(run.peak_megabytes for run in runs),
    )


def main() -> None:
    """Prepare the input, run the cases in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--only", choices=PARTS, help="the part to run; all without")
    parser.add_argument(
        "--folder", type=Path, help="where data is put; the temporary folder without"
    )
    arguments = parser.parse_args()
    rows = arguments.rows
    parts = PARTS if arguments.only is None else (arguments.only,)
    cases = {name: case for name, case in CASES.items() if case.part in parts}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        prepare(folder, rows, parts)
        runs: dict[str, list[Figures]] = {case: [] for case in cases}
        for _ in range(RUNS):
            for case in cases:
                runs[case].append(measured(case, folder))
        print(f"{rows:,} rows, median of {RUNS} runs\n{PREPARE_HEADING}")
        for case, definition in cases.items():
            figures = median(runs[case])
            base = median(runs[definition.compared_with])
            print(
                f"{case:<34}{figures.wall_seconds:>9.2f}{figures.cpu_seconds:>9.2f}"
                f"{figures.peak_megabytes:>9.0f}{figures.cpu_seconds / base.cpu_seconds:>11.2f}"
                f"{figures.wall_seconds / base.wall_seconds:>12.2f}"
            )


if __name__ == "__main__":
    main()
