"""How the tests are shared out over two processes."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# Long groups begin first, so that no process is left with one at the end.
LONGEST_FIRST = ("e2e", "real", "dbt", "data_quality", "demo", "reporting")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a costly fixture in one process, and begin with the longest.

    First, since xdist reads the groups in the same hook. Whole runs of the demo company share one run, so all of ``e2e`` is one group; elsewhere a file
    is one.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
    items.sort(key=lambda item: rank(area_of(item.path)))


def area_of(path: Path) -> str:
    """Return the first folder below ``tests``, or the file's own name."""
    return path.relative_to(TESTS).parts[0]


def group_of(path: Path) -> str:
    """Return the group that must stay in one process."""
    return "e2e" if area_of(path) == "e2e" else str(path.relative_to(TESTS))


def rank(area: str) -> int:
    """Return the place of an area in the order of running."""
    return LONGEST_FIRST.index(area) if area in LONGEST_FIRST else len(LONGEST_FIRST)
