"""The engine's CSV scanner over a text file: rows it can split, and the lines it cannot."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from orchestration.extract.line_numbers import lines_at
from orchestration.extract.sql_text import identifier, literal, literals
from orchestration.extract.staging import REJECTS
from orchestration.extract.text_files import FileProblemError, TextFile

SCAN_ERRORS = "throughline_scan_errors"
SCANS = "throughline_scans"
# A delimiter that no text holds, to read whole lines: control characters of no use in a row.
NEVER_IN_TEXT = "\x1e\x1f\x1e\x1f"
# Stands for "no text means null", which the engine has no other way to say.
NO_NULL_TEXT = "\ufdd1"

# The engine's names of what can be wrong with a line, and what a person should hear.
BROKEN_QUOTES = ("UNQUOTED VALUE", "INVALID STATE")
REMEDIES = {
    "MISSING COLUMNS": "the line has fewer fields than the header; complete it, or quote fields "
    "that hold a line break",
    "TOO MANY COLUMNS": "the line has more fields than the header; quote fields that hold the "
    "delimiter",
    "UNQUOTED VALUE": "a quote is opened and not closed, or text follows a closed one; close it, "
    "and double each quote inside a quoted field",
    "LINE SIZE OVER MAXIMUM": "the line is longer than two million bytes; split it, or look for a "
    "quote that is not closed",
    "INVALID STATE": "the line does not follow the rules of quoting; quote the field and double "
    "each quote inside it",
}
OTHER_REMEDY = "the line cannot be split into fields; correct it in the export"


def scan_text(
    text: TextFile,
    *,
    columns: Sequence[str],
    skip: int,
    delimiter: str,
    quote: str,
    null_values: Sequence[str],
) -> str:
    """Return a ``read_csv`` of ``text`` with every column as text and bad lines set aside."""
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    nulls = literals(null_values or [NO_NULL_TEXT])
    return (
        f"read_csv({literal(str(text.path))}, auto_detect = false, header = false, skip = {skip}, "
        f"columns = {{{shape}}}, delim = {literal(delimiter)}, quote = {literal(quote)}, "
        f"escape = {literal(quote)}, nullstr = [{nulls}], store_rejects = true, "
        f"rejects_table = {literal(SCAN_ERRORS)}, rejects_scan = {literal(SCANS)}, "
        "rejects_limit = 0)"
    )


def prepare_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty table `REJECTS` and forget what an earlier file's scan set aside."""
    for table in (SCAN_ERRORS, SCANS):
        connection.execute(f"drop table if exists {identifier(table)}")
    connection.execute(
        f"create or replace temp table {REJECTS} (record_line bigint, byte_offset bigint, "
        "line_number bigint, line_count bigint, from_row bigint, raw_text varchar, message varchar)"
    )


def has_broken_quotes(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the last scan met quotes that do not match up, after which it may err."""
    return (
        _scan_errors_exist(connection)
        and connection.execute(
            f"select 1 from {SCAN_ERRORS} "
            f"where cast(error_type as varchar) in ({literals(BROKEN_QUOTES)}) limit 1"
        ).fetchone()
        is not None
    )


def collect_rejects(connection: duckdb.DuckDBPyConnection, text: TextFile) -> int:
    """Put the lines that the last scan set aside into `REJECTS` and return how many they are.

    A line with several errors is one reject.
    """
    if not _scan_errors_exist(connection):
        return 0
    remedies = " ".join(
        f"when {literal(error)} then {literal(remedy)}" for error, remedy in REMEDIES.items()
    )
    connection.execute(f"""
        insert into {REJECTS}
        with lines as (
            select
                line_byte_position,
                min(line) as record_line,
                any_value(csv_line) as csv_line,
                arg_min(error_type, (column_idx, cast(error_type as varchar))) as error_type
            from {SCAN_ERRORS}
            group by line_byte_position
        ),

        trimmed as (
            select *, ltrim(csv_line, chr(10) || chr(13)) as line_text from lines
        )

        select
            record_line,
            -- The engine counts bytes from 1 and lets a reject begin at the blank lines before it.
            line_byte_position - 1 + strlen(csv_line) - strlen(line_text) as byte_offset,
            null as line_number,
            1 + length(rtrim(line_text, chr(10) || chr(13)))
                - length(replace(rtrim(line_text, chr(10) || chr(13)), chr(10), '')) as line_count,
            0 as from_row,
            rtrim(line_text, chr(10) || chr(13)) as raw_text,
            case cast(error_type as varchar) {remedies} else {literal(OTHER_REMEDY)} end as message
        from trimmed
        order by line_byte_position
    """)
    offsets = connection.execute(
        f"select byte_offset from {REJECTS} order by byte_offset"
    ).fetchnumpy()["byte_offset"]
    if len(offsets):
        offsets = np.asarray(offsets, dtype=np.int64)
        places = {"byte_offset": offsets, "line_number": lines_at(text.path, offsets)}
        connection.register("throughline_places", places)
        connection.execute(
            f"update {REJECTS} set line_number = throughline_places.line_number "
            f"from throughline_places where {REJECTS}.byte_offset = throughline_places.byte_offset"
        )
        connection.unregister("throughline_places")
    return len(offsets)


def _scan_errors_exist(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the engine made its table of errors; it does so with the first scan's end."""
    found = connection.execute(
        "select 1 from duckdb_tables() where table_name = $1 and temporary", [SCAN_ERRORS]
    ).fetchone()
    return found is not None


def check_lines(counted: int, text: TextFile) -> None:
    """Raise unless every line of a file was read or set aside."""
    if counted != text.line_count:
        message = (
            f"of the file's {text.line_count} lines {counted} could be told apart; check that it "
            "is text in the contract's encoding, and export it again"
        )
        raise FileProblemError(message)
