"""Decisions carried out at once, without a whole run."""

from __future__ import annotations

from datetime import datetime

from orchestration.extract import stewardship
from orchestration.extract.contracts import read_contracts
from orchestration.extract.ledger import QUARANTINE
from orchestration.extract.loader import load_stream
from orchestration.settings import STAGING_DIR, STEWARDSHIP, Settings
from orchestration.warehouse import Warehouse


def apply_decisions(settings: Settings, *, received_at: datetime) -> tuple[str, ...]:
    """Load the decision files and carry them out on every stream with quarantined rows.

    Parameters
    ----------
    received_at
        When the decision files count as received, UTC without zone.

    Returns
    -------
    tuple of str
        What was done, stream by stream; raw is right then, core and marts after the next run.

    Raises
    ------
    WarehouseBusyError
        When a run is writing.
    """
    contracts = {source.name: source for source in read_contracts(STAGING_DIR)}
    warehouse = Warehouse.of(settings)
    told: list[str] = []
    with warehouse.lock(), warehouse.connect() as connection:
        for stream in contracts[STEWARDSHIP].streams:
            loaded = load_stream(
                connection, stream, settings.landing_dir(STEWARDSHIP), received_at=received_at
            )
            told += [f"{STEWARDSHIP}: {message}" for message in loaded.messages]
        for source_name, name in connection.execute(
            f"select distinct source_name, stream from {QUARANTINE} order by all"
        ).fetchall():
            if source_name == STEWARDSHIP or source_name not in contracts:
                continue
            messages = stewardship.settle(connection, contracts[source_name].stream(name))
            told += [f"{source_name}.{name}: {message}" for message in messages]
    return tuple(told)
