"""Excel workbooks: the rows of one sheet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb_extensions import import_extension  # type: ignore[import-untyped]  # has no types

from orchestration.extract.cell_dates import DAY, TIME
from orchestration.extract.headers import extra_object, match_columns
from orchestration.extract.shapes import StreamContract
from orchestration.extract.sql_text import identifier, literal, literals
from orchestration.extract.staging import (
    NUMBERED,
    Arrival,
    SourceColumns,
    StagedFile,
    checked_select,
)
from orchestration.extract.text_files import FileProblemError
from orchestration.extract.text_reader import prepare_rejects
from orchestration.extract.values import EXCEL, EXCEL_1904, iso_of_cell
from orchestration.extract.workbooks import Sheet, column_letters, lone_sheet

EXTENSION = "excel"
SHEET = "throughline_sheet"
DATES = "throughline_dates"


def stage_excel(
    connection: duckdb.DuckDBPyConnection,
    contract: StreamContract,
    path: Path,
    arrival: Arrival,
    spool: Path,
) -> StagedFile:
    """Stage the rows of a sheet; a row's line is its number in the sheet, empty rows are none.

    Formulas count as the values that were saved with them, hidden rows like any others.

    Raises
    ------
    FileProblemError
        When the file is no workbook, or its sheet lacks what the contract asks for.
    """
    sheet = lone_sheet(path, contract.sheet, spool)
    cells = _read_cells(connection, sheet)
    header_row, names = _header(connection, contract, cells)
    positions, warnings = match_columns(contract, names)
    if sheet.formulas_without_value:
        warnings.append(
            f"{sheet.formulas_without_value} cells hold formulas that were never computed and "
            "count as empty; open the file in a spreadsheet program and save it"
        )
    known = set(positions.values())
    kind = EXCEL_1904 if sheet.counts_from_1904 else EXCEL
    columns = SourceColumns(
        sources={
            name: (_value(contract, None if position is None else cells[position]), kind)
            for name, position in positions.items()
        },
        raw_text=extra_object(list(zip(names, cells, strict=True))),
        extra=extra_object([(names[i], cells[i]) for i in range(len(cells)) if i not in known]),
    )
    typed_cells = {
        cells[position]
        for column in contract.columns
        if (position := positions[column.name]) is not None and column.type != "string"
    }
    shown = _as_shown(connection, sheet, kind, [cell for cell in cells if cell not in typed_cells])
    rows = (
        f"(select *{shown}, rowid + 1 as _source_line from {SHEET} where rowid >= {header_row} "
        f"and coalesce({', '.join(cells)}) is not null)"
    )
    prepare_rejects(connection)
    select = checked_select(contract, columns, rows, arrival=arrival, others=["_source_line"])
    connection.execute(f"create or replace temp view {NUMBERED} as {select}")
    counted = connection.execute(f"select count(*) from {rows}").fetchone()
    return StagedFile(rows_in=int(counted[0]) if counted else 0, warnings=tuple(warnings))


def _read_cells(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> list[str]:
    """Create the table `SHEET` of all cells as text and return its columns."""
    if sheet.cell_range is None:
        message = "the sheet is empty; export it again, or name another as `sheet` in the contract"
        raise FileProblemError(message)
    import_extension(EXTENSION, con=connection)
    connection.execute(f"load {EXTENSION}")
    try:
        connection.execute(
            f"create or replace temp table {SHEET} as select * from read_xlsx("
            f"{literal(str(sheet.path))}, all_varchar = true, header = false, "
            f"stop_at_empty = false, range = {literal(sheet.cell_range)})"
        )
    except (duckdb.IOException, duckdb.BinderException, duckdb.InvalidInputException) as error:
        message = (
            f"the sheet cannot be read ({type(error).__name__}); open the file in a spreadsheet "
            "program and save it as .xlsx"
        )
        raise FileProblemError(message) from error
    return [identifier(column_letters(number)) for number in range(1, sheet.last_column + 1)]


def _as_shown(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, kind: str, cells: list[str]
) -> str:
    """Return what replaces, in cells that stay text, numbers that the sheet shows as dates."""
    places = [
        (letters, row, shown)
        for letters, rows in sheet.dates.items()
        if identifier(letters) in cells
        for row, shown in rows.items()
    ]
    if not places:
        return ""
    letters, rows, shown = zip(*places, strict=True)
    table = pa.table({"letters": letters, "row": rows, "shown": shown})
    connection.register("throughline_places", table)
    connection.execute(f"create or replace temp table {DATES} as from throughline_places")
    connection.unregister("throughline_places")
    replaced = []
    for cell in sorted({identifier(name) for name in letters}):
        here = (
            f"select row from {DATES} where letters = {literal(cell.strip(chr(34)))} and shown = "
        )
        replaced.append(
            f"case when rowid + 1 in ({here}{literal(DAY)}) "
            f"then {iso_of_cell(cell, kind, is_time=False)} "
            f"when rowid + 1 in ({here}{literal(TIME)}) "
            f"then {iso_of_cell(cell, kind, is_time=True)} else {cell} end as {cell}"
        )
    return f" replace ({', '.join(replaced)})"


def _header(
    connection: duckdb.DuckDBPyConnection, contract: StreamContract, cells: list[str]
) -> tuple[int, list[str]]:
    """Return the last row of the header, 0 for none, and a name for each column."""
    unnamed = [f"column {cell.strip(chr(34))}" for cell in cells]
    if contract.header_rows == 0:
        named = [column.source_name for column in contract.columns]
        return 0, [*named[: len(cells)], *unnamed[len(named) :]]
    listed = ", ".join(cells)
    found = connection.execute(
        f"select rowid + 1, {listed} from {SHEET} where coalesce({listed}) is not null "
        f"order by rowid limit {contract.header_rows}"
    ).fetchall()
    if len(found) < contract.header_rows:
        message = (
            f"the sheet has {len(found)} rows of header, the contract says {contract.header_rows}; "
            "export it again with its header"
        )
        raise FileProblemError(message)
    names = [str(name).strip() if name else unnamed[i] for i, name in enumerate(found[0][1:])]
    return int(found[-1][0]), names


def _value(contract: StreamContract, cell: str | None) -> str:
    if cell is None:
        return "cast(null as varchar)"
    if not contract.null_values:
        return cell
    return f"case when {cell} in ({literals(contract.null_values)}) then null else {cell} end"
