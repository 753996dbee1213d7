"""The cursor of an API's records: read from JSON, compared, and written as the API wants it."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal

from orchestration.extract.fetch.plans import Cursor
from orchestration.extract.fetch.positions import precedes, type_of
from orchestration.extract.fetch.secrets import FetchError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")
DATE_LENGTH = len("2026-06-30")
# Units of a second.
EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000}


def higher(known: Cursor | None, value: Cursor | None) -> Cursor | None:
    """Return the later of two values; one that is None does not count."""
    if known is None or value is None:
        return value if known is None else known
    if type_of(known) != type_of(value):
        message = (
            f"the cursor holds a {type_of(known)} in one record and a {type_of(value)} in another"
        )
        raise FetchError(message)
    return value if precedes(known, value) else known


def as_cursor(value: object, since_format: str) -> Cursor:
    """Return a value of a record, a contract or a command line as one that can be compared."""
    if isinstance(value, float) and not isinstance(value, bool):
        value = int(value) if value.is_integer() else Decimal(repr(value))
    if since_format in EPOCHS and isinstance(value, int | Decimal) and not isinstance(value, bool):
        microseconds = int(value * 1_000_000 // EPOCHS[since_format])
        return EPOCH + dt.timedelta(microseconds=microseconds)
    if isinstance(value, str) and ISO_DATE.match(value):
        with suppress(ValueError):
            if len(value) == DATE_LENGTH:
                return dt.date.fromisoformat(value)
            return dt.datetime.fromisoformat(value)
    type_of(value)
    return value  # type: ignore[return-value]  # the line above raises for anything else


def written(value: Cursor, since_format: str) -> str:
    """Return a cursor's value as the API wants it in the query."""
    if since_format == "as_is" or not isinstance(value, dt.date):
        return value.isoformat() if isinstance(value, dt.date) else str(value)
    if since_format == "date":
        return value.isoformat()[:DATE_LENGTH]
    if not isinstance(value, dt.datetime):
        if since_format == "iso":
            return value.isoformat()
        value = dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    moment = value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
    if since_format in EPOCHS:
        return str(
            (moment - EPOCH) // dt.timedelta(microseconds=1) * EPOCHS[since_format] // 1_000_000
        )
    return (moment if value.tzinfo else value).isoformat().replace("+00:00", "Z")
