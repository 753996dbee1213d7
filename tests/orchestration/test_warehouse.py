"""The warehouse's door: typed writes, total order, one writer at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, WarehouseBusyError


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.of(Settings(home=tmp_path))


def test_rows_come_back_in_total_order_when_read(warehouse: Warehouse) -> None:
    warehouse.write(pd.DataFrame({"letter": ["b", "a"], "number": [1, 2]}), "ml.letters")
    assert warehouse.read("ml.letters")["letter"].tolist() == ["a", "b"]
    assert warehouse.read("ml.letters", columns=["number"])["number"].tolist() == [1, 2]


def test_an_empty_frame_keeps_its_types_when_they_are_stated(warehouse: Warehouse) -> None:
    empty = pd.DataFrame({"customer_id": [], "as_of_date": [], "probability": []}, dtype="object")
    types = {"customer_id": "varchar", "as_of_date": "date", "probability": "double"}
    warehouse.write(empty, "ml.scores", types)
    with warehouse.connect(read_only=True) as connection:
        found = connection.execute(
            "select column_name, data_type from duckdb_columns() where table_name = 'scores'"
        ).fetchall()
    assert dict(found) == {"customer_id": "VARCHAR", "as_of_date": "DATE", "probability": "DOUBLE"}


def test_a_table_is_replaced_when_written_again(warehouse: Warehouse) -> None:
    warehouse.write(pd.DataFrame({"number": [1, 2]}), "ml.numbers")
    warehouse.write(pd.DataFrame({"number": [3]}), "ml.numbers")
    assert warehouse.row_counts() == {"ml.numbers": 1}


def test_earlier_rows_of_a_run_are_replaced_when_it_appends_again(warehouse: Warehouse) -> None:
    first = pd.DataFrame({"run_id": ["r1", "r1"], "value": [1, 2]})
    warehouse.append(first, "quality.results", replacing=["run_id"])
    warehouse.append(
        pd.DataFrame({"run_id": ["r2"], "value": [3]}), "quality.results", replacing=["run_id"]
    )
    warehouse.append(first.head(1), "quality.results", replacing=["run_id"])
    assert warehouse.read("quality.results")["value"].tolist() == [1, 3]


def test_a_preview_is_short_and_readable_when_a_table_is_long(warehouse: Warehouse) -> None:
    warehouse.write(pd.DataFrame({"number": range(100)}), "ml.numbers")
    preview = warehouse.preview("ml.numbers", rows=3)
    assert preview == [{"number": "0"}, {"number": "1"}, {"number": "2"}]


def test_a_second_writer_is_told_who_writes_when_the_warehouse_is_locked(
    warehouse: Warehouse,
) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\n"
            "from orchestration.settings import Settings\n"
            "from orchestration.warehouse import Warehouse\n"
            "with Warehouse.of(Settings(home=pathlib.Path(sys.argv[1]))).lock():\n"
            "    print('locked', flush=True)\n"
            "    sys.stdin.read()\n",
            str(warehouse.path.parent),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(WarehouseBusyError, match=f"process {holder.pid}"), warehouse.lock():
        pass
    # A killed run must leave no lock behind.
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with warehouse.lock():
        pass
