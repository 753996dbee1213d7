"""Runs can be repeated, killed and repeated: the marts come out the same to the last row."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import AS_OF, ROOT, FinishedRun, mart_digests, user_environment

pytestmark = pytest.mark.e2e

COMMAND = [
    str(ROOT / ".venv" / "bin" / "throughline"),
    "run",
    "--source",
    "demo",
    "--as-of",
    AS_OF.isoformat(),
]


def run_until(home: Path, marker: str) -> str:
    """Start a run and kill it, without a chance to clean up, when it has printed ``marker``."""
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env={**user_environment(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    seen = []
    with process.stdout:
        for line in process.stdout:
            seen.append(line)
            if marker in line:
                process.send_signal(signal.SIGKILL)
                break
    process.wait()
    return "".join(seen)


def run_to_the_end(home: Path) -> str:
    finished = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env=user_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    return finished.stdout


@pytest.fixture(scope="module")
def recovered(demo_run: FinishedRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose runs were killed while loading and while publishing, then left alone."""
    home = tmp_path_factory.mktemp("killed") / "home"
    shutil.copytree(demo_run.home / "landing", home / "landing")
    loading = run_until(home, "raw__demo_helpdesk__tickets")
    assert "raw__demo_helpdesk__tickets" in loading
    assert not (home / "published").exists()
    publishing = run_until(home, "quality__checked_marts")
    assert "quality__checked_marts" in publishing
    run_to_the_end(home)
    return home


def test_marts_are_the_same_when_runs_were_killed_before(
    demo_run: FinishedRun, recovered: Path
) -> None:
    assert mart_digests(recovered) == mart_digests(demo_run.home)


def test_nothing_changes_when_the_same_files_are_loaded_again(recovered: Path) -> None:
    before = mart_digests(recovered)
    landing_line = next(
        line for line in run_to_the_end(recovered).splitlines() if line.startswith("Landing")
    )
    assert mart_digests(recovered) == before
    assert " 0 rows in" not in landing_line
