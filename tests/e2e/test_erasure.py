"""A customer is erased on a finished home, as a steward would, and is nowhere to be found."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.erasure.identifiers import Identifiers
from orchestration.erasure.proof import find_traces
from tests.e2e.conftest import ROOT, FinishedRun, user_environment

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def someone(demo_run: FinishedRun) -> tuple[str, tuple[str, ...]]:
    """Return the customer with the most identifiers, and those that mean nobody else."""
    ((customer_id,),) = demo_run.warehouse_rows(
        "select customer_id from core.int_customer_identities "
        "group by all order by count(*) desc, customer_id limit 1"
    )
    rows = demo_run.warehouse_rows(
        "select identity_value from core.int_customer_identities "
        f"where customer_id = '{customer_id}' and identity_type in ('email', 'billing_customer_id')"
    )
    return customer_id, tuple(sorted(value for (value,) in rows))


@pytest.fixture(scope="module")
def erased(
    demo_run: FinishedRun,
    someone: tuple[str, tuple[str, ...]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[FinishedRun, str]:
    """Erase that customer on a copy of the demo company's home; return it and what was printed."""
    home = tmp_path_factory.mktemp("erased") / "home"
    shutil.copytree(demo_run.home, home, symlinks=True, ignore=shutil.ignore_patterns("truth"))
    assert find_traces([home], Identifiers(in_any_case=someone[1]))
    # Somebody else's note quotes an address, in a file of another encoding than most.
    notes = next((home / "landing" / "demo_people").rglob("*.csv"))
    header = notes.read_text(encoding="utf-16").splitlines()[0]
    note = f"EF-999999,2026-06-01 10:00:00,product,product_use,idea,,ask {someone[1][0].upper()}"
    notes.with_name("feedback_9999.csv").write_text(f"{header}\n{note}\n", encoding="utf-16")
    command = [
        str(ROOT / ".venv" / "bin" / "throughline"), "erase", someone[0],
        "--why", "a test", "--by", "tester", "--yes",
    ]  # fmt: skip
    finished = subprocess.run(
        command,
        cwd=ROOT,
        env=user_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-4000:]
    return replace(demo_run, home=home), finished.stdout


def test_nothing_of_the_customer_is_left_anywhere(
    erased: tuple[FinishedRun, str], someone: tuple[str, tuple[str, ...]]
) -> None:
    run, _ = erased
    everything = Identifiers(in_any_case=(*someone[1], someone[0]))
    assert find_traces([run.home], everything) == []


def test_everybody_else_is_still_there_when_one_is_gone(
    erased: tuple[FinishedRun, str], demo_run: FinishedRun, someone: tuple[str, tuple[str, ...]]
) -> None:
    run, _ = erased
    query = "select customer_id from core.dim_customers"
    before = {row[0] for row in demo_run.warehouse_rows(query)}
    assert {row[0] for row in run.warehouse_rows(query)} == before - {someone[0]}


def test_an_erasure_is_recorded_without_the_person(erased: tuple[FinishedRun, str]) -> None:
    run, printed = erased
    (path,) = (run.home / "landing" / "stewardship" / "erasures").glob("*.json")
    record = json.loads(path.read_text())
    assert record["why"] == "a test"
    assert sum(record["rows_per_file"].values()) > 10
    assert record["files_marked"] >= 1
    assert f"{sum(record['rows_per_file'].values())} rows" in printed
    assert len(list((run.home / "snapshots").iterdir())) == 1
    assert Path(run.home / "published" / "marts.duckdb").exists()
