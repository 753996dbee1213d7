"""Persons matched among made-up records: ``python -m benchmarks.identity --records N``.

Each case runs in a process of its own, so that its peak memory is its own; making the records and
comparing with the truth are left out of the times. Exact keys alone (a shared e-mail address or
telephone number, followed to the end) stand beside it.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.identity import clusters_of, evaluate_links, link_persons
from ml.identity.synthetic import CLEAN, DIRTY, synthetic_persons

DIRT = {"clean": CLEAN, "dirty": DIRTY}
SEEDS = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds" / "identity"
HEADING = (
    f"{'case':<28}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'precision':>11}{'recall':>9}{'F1':>9}"
    f"{'B³ prec.':>10}{'B³ rec.':>9}"
)


def nicknames() -> pa.Table:
    """Return the project's own short forms of names."""
    with (SEEDS / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        return pa.Table.from_pylist(list(csv.DictReader(file)))


def match(persons: pa.Table) -> pa.Table:
    """Link records by probability."""
    return link_persons(persons, nicknames()).pairs


def exact_keys(persons: pa.Table) -> pa.Table:
    """Link records that share an e-mail address or a telephone number."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("persons", persons)
        return connection.execute(
            """
            select left_record_id, record_id as right_record_id, 'link' as decision
            from (
                select record_id, lag(record_id) over (partition by email order by record_id)
                    as left_record_id
                from persons where email is not null
                union all
                select record_id, lag(record_id) over (partition by phone order by record_id)
                from persons where phone is not null
            )
            where left_record_id is not null
            """
        ).to_arrow_table()


WORK: dict[str, Callable[[pa.Table], pa.Table]] = {"splink": match, "exact keys": exact_keys}


def measure(work: str, file: Path) -> dict[str, float]:
    """Run one case in this process."""
    persons = pq.read_table(file)
    truth = pa.table({"record_id": persons["record_id"], "person": persons["person_number"]})
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    clusters = clusters_of(persons["record_id"], WORK[work](persons))
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    quality = evaluate_links(clusters, truth)
    return {
        "wall": wall,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak": after.ru_maxrss / 1024,
        **vars(quality),
    }


def main() -> None:
    """Print the table, or with ``--case`` the figures of one case as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--case", nargs=2, metavar=("WORK", "FILE"))
    given = parser.parse_args()
    if given.case:
        print(json.dumps(measure(given.case[0], Path(given.case[1]))))
        return
    print(f"{given.records:,} records\n{HEADING}")
    with tempfile.TemporaryDirectory() as folder:
        for level, dirt in DIRT.items():
            file = Path(folder) / f"{level}.parquet"
            pq.write_table(synthetic_persons(given.records, dirt=dirt), file)
            for work in WORK:
                command = [sys.executable, "-m", "benchmarks.identity", "--case", work, str(file)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                row = json.loads(printed.splitlines()[-1])
                print(
                    f"{f'{level}, {work}':<28}{row['wall']:>8.1f}{row['cpu']:>8.1f}"
                    f"{row['peak']:>9.0f}{row['precision']:>11.4f}{row['recall']:>9.4f}"
                    f"{row['f1']:>9.4f}{row['b_cubed_precision']:>10.4f}"
                    f"{row['b_cubed_recall']:>9.4f}"
                )


if __name__ == "__main__":
    main()
