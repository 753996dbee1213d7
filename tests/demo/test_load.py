"""The load makes of the planted dirt what is stated, row for row."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from demo.dirt import planted_counts
from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import StreamLoad, load_stream
from tests.demo.conftest import CUSTOMERS, Company

STAGING = Path(__file__).parents[2] / "dbt_project/models/staging"


@pytest.fixture(scope="module")
def warehouse(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], StreamLoad]]:
    connection = duckdb.connect(str(tmp_path_factory.mktemp("load") / "warehouse.duckdb"))
    loads = {
        (source.name, stream.name): load_stream(
            connection,
            stream,
            company.landing / source.name,
            received_at=datetime(2026, 7, 1, 6),
        )
        for source in read_contracts(STAGING)
        if source.name.startswith("demo_")
        for stream in source.streams
    }
    return connection, loads


def test_every_row_written_is_accounted_for(
    company: Company,
    warehouse: tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], StreamLoad]],
) -> None:
    _, loads = warehouse
    half_lines = Counter(
        {
            (source, stream): rows
            for (source, stream, outcome), rows in planted_counts(CUSTOMERS).items()
            if outcome == "malformed_row"
        }
    )

    assert {f"{source}.{stream}" for source, stream in loads} == set(company.summary.rows)
    for (source, stream), load in loads.items():
        written = company.summary.rows[f"{source}.{stream}"] + half_lines[source, stream]
        assert load.rows_in == written, (source, stream)
        assert load.rows_in == load.rows_loaded + load.rows_quarantined + load.rows_duplicate
        assert not load.failed_files


def test_quarantine_holds_the_planted_dirt_and_nothing_else(
    warehouse: tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], StreamLoad]],
) -> None:
    connection, loads = warehouse
    found = {
        (source, stream, reason): rows
        for source, stream, reason, rows in connection.sql(
            """select source_name, stream, reason_code, count(*) from quality.quarantine
            group by all"""
        ).fetchall()
    }
    found |= {
        (source, stream, "duplicate"): load.rows_duplicate
        for (source, stream), load in loads.items()
        if load.rows_duplicate
    }
    stated = {key: rows for key, rows in planted_counts(CUSTOMERS).items() if key[2] != "loaded"}

    assert found == stated


def test_moments_are_utc_when_vendors_write_their_own_zone(
    company: Company,
    warehouse: tuple[duckdb.DuckDBPyConnection, dict[tuple[str, str], StreamLoad]],
) -> None:
    """A chat is a minute younger than its ticket; a renewal falls on the day of the start."""
    connection, _ = warehouse
    apart = connection.sql(
        """select max(epoch(sent_at - opened_at)), min(epoch(sent_at - opened_at))
        from raw.demo_helpdesk__chats join raw.demo_helpdesk__tickets using (ticket_id)"""
    ).fetchone()
    shifted = connection.sql(
        f"""select count(*) from raw.demo_billing__subscription_changes
        join '{company.truth}/customers_0001.parquet' using (billing_customer_id)
        where change_type = 'renewed' and changed_at != date_trunc('second', started_at)
            + interval 1 year"""
    ).fetchone()

    assert apart == (60.0, 60.0)
    assert shifted == (0,)
