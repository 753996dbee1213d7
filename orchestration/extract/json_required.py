"""Keys that a contract requires and that no row of a JSON file has: the file is another one.

A key that some rows lack is their fault alone. One that all lack is like a missing column of a
table, and each row in quarantine would say the same.
"""

from __future__ import annotations

import duckdb

from orchestration.extract.checks import is_deletion
from orchestration.extract.json_paths import path_of
from orchestration.extract.shapes import ColumnContract, StreamContract
from orchestration.extract.sql_text import literal
from orchestration.extract.staging import ROWS
from orchestration.extract.text_files import FileProblemError

IS_OBJECT = "_is_object"


def found_keys(contract: StreamContract) -> list[str]:
    """Return expressions, over a parsed ``document``, of which required keys a row has.

    A key with null for its value is there.
    """
    found = [f"coalesce(document_type = 'OBJECT', false) as {IS_OBJECT}"]
    for number, column in enumerate(_required(contract)):
        paths = [f"json_exists(document, {literal(path_of(name))})" for name in column.names]
        found.append(f"coalesce({' or '.join(paths)}, false) as {_flag(number)}")
    return found


def check_required_keys(connection: duckdb.DuckDBPyConnection, contract: StreamContract) -> None:
    """Check the staged rows.

    Raises
    ------
    FileProblemError
        When a required key is absent from every row that should have it.
    """
    columns = _required(contract)
    if not columns:
        return
    counts = ", ".join(
        f"count(*) filter (where {_should_have(contract, column)}), "
        f"count(*) filter (where {_should_have(contract, column)} and {_flag(number)})"
        for number, column in enumerate(columns)
    )
    counted = connection.execute(f"select {counts} from {ROWS}").fetchone() or ()
    missing = [
        column.source_name
        for column, rows, found in zip(columns, counted[::2], counted[1::2], strict=True)
        if rows and not found
    ]
    if missing:
        message = (
            f"no row has the key {', '.join(map(repr, missing))}, which the contract requires; "
            "name the key in the export, set `from` in the contract, or take `required` out of it"
        )
        raise FileProblemError(message)


def _required(contract: StreamContract) -> list[ColumnContract]:
    return [
        column
        for column in contract.columns
        if (column.required or column.name in contract.key) and not column.optional_column
    ]


def _should_have(contract: StreamContract, column: ColumnContract) -> str:
    """Return the condition on rows that need the column; a deletion needs only its key."""
    if column.name in contract.key:
        return IS_OBJECT
    return f"{IS_OBJECT} and not {is_deletion(contract)}"


def _flag(number: int) -> str:
    return f"_has_{number}"
