"""Connections to databases: opened for reading alone, patient, their messages without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from orchestration.extract.fetch.plans import SqlPlan
from orchestration.extract.fetch.secrets import FetchError

POSTGRESQL = ("postgresql", "postgres")
# A refusal that passes by itself; any other FATAL, such as a wrong password, is not tried again,
# since repeated tries lock accounts.
PASSING = ("database system is", "too many", "connection slots")


class ConnectionLostError(FetchError):
    """The server cannot be reached, or went away half-way; trying again may help."""


@contextmanager
def connected(plan: SqlPlan, address: str) -> Iterator[sa.Engine]:
    """Open a database for the length of a ``with`` block; it can only be read.

    Raises
    ------
    FetchError
        When the address cannot be used; it is not repeated in the message.
    """
    try:
        url = sa.make_url(address)
        if url.drivername in POSTGRESQL:
            url = url.set(drivername="postgresql+psycopg")
        is_postgresql = url.get_backend_name() == "postgresql"
        patience: dict[str, Any] = (
            {
                "connect_timeout": plan.connect_seconds,
                # A server that vanished without a word is noticed within two minutes.
                "keepalives_idle": 30,
                "keepalives_interval": 15,
                "keepalives_count": 6,
                "application_name": "throughline",
            }
            if is_postgresql
            else {}
        )
        engine = sa.create_engine(
            url,
            poolclass=sa.NullPool,
            hide_parameters=True,
            connect_args=patience,
            execution_options={"postgresql_readonly": True} if is_postgresql else {},
        )
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError, ValueError) as error:
        message = (
            f"what {plan.url.name} holds is no usable connection address "
            f"({type(error).__name__}); write it like "
            "postgresql://user:password@host:5432/database"
        )
        raise FetchError(message) from None
    if is_postgresql:
        sa.event.listen(engine, "connect", _in_utc)
    try:
        yield engine
    finally:
        engine.dispose()


def _in_utc(connection: Any, _record: object) -> None:
    """Let the server write times as text in UTC, whatever its own zone."""
    connection.autocommit = True
    connection.execute("set time zone 'UTC'")
    connection.autocommit = False


@contextmanager
def database_errors(clean: Callable[[str], str]) -> Iterator[None]:
    """Turn what the database says into a `FetchError` without secrets, rows or parameters."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        said = _first_line(error.orig)
        if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
            refused = "FATAL" in said and not any(words in said for words in PASSING)
            if not refused:
                raise ConnectionLostError(clean(said)) from None
        message = f"the database refused: {clean(said)}"
        raise FetchError(message) from None


def _first_line(error: BaseException | None) -> str:
    """Return the server's own sentence; what follows it may quote a statement or a row."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    lines = str(primary or error or "").strip().splitlines()
    return lines[0] if lines else "no reason was given"
