"""Excel workbooks (xlsx): which sheet is read, how far it reaches, and whether it can be trusted.

The engine's reader of workbooks runs on for ever over some damaged files. It is therefore given a
workbook that is written here: one sheet of sound XML, taken out of an archive that Python could
read, with nothing else in it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.parsers import expat

from orchestration.extract.cell_dates import LONGEST_CELL_TAG, DateCells, date_styles
from orchestration.extract.text_files import PIECE_BYTES, FileProblemError, damage_told

LEGACY_SIGNATURE = b"\xd0\xcf\x11\xe0"
# A cell that holds something, and its place; an empty one closes itself.
CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^<>]*[^<>/])?>"
)
CELL_WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?![^<>]*\sr=)(?:\s[^<>]*)?(?<!/)>")
FORMULA_WITHOUT_VALUE = re.compile(rb"</(?:\w+:)?f></(?:\w+:)?c>")
# A stray cell far out would make a table of thousands of columns.
MOST_COLUMNS = 2_000
MOST_ROWS = 1 << 20
# A part, a link or an attribute that is not there counts like XML that cannot be parsed.
UNSOUND_XML = (ElementTree.ParseError, expat.ExpatError, LookupError, StopIteration)
SMALL_PART_BYTES = 1 << 26
NOT_XLSX = (
    "the file is no Excel workbook (xlsx){}; save it as .xlsx, or set the contract's `format` to "
    "what it is"
)

CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>{}</Types>'
)
SHARED_STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
RELATIONSHIP = f'<Relationship Id="{{}}" Type="{OFFICE}/{{}}" Target="{{}}"/>'
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}"><sheets><sheet name="rows" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></styleSheet>'
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet, alone in a workbook of its own.

    Attributes
    ----------
    path
        The workbook.
    cell_range
        From A1 to the last row and column that hold something; None when nothing does.
    last_column
        Number of columns of the range.
    counts_from_1904
        Whether dates are counted from 1904, as old Macintosh workbooks do.
    formulas_without_value
        Cells whose formula was never computed.
    dates
        Cells whose number is shown as a date or time, as `DateCells.places` has them.
    """

    path: Path
    cell_range: str | None
    last_column: int
    counts_from_1904: bool
    formulas_without_value: int
    dates: Mapping[str, Mapping[int, str]]


def lone_sheet(path: Path, name: str | None, spool: Path) -> Sheet:
    """Return the sheet called ``name``, or the first that is not hidden, copied into ``spool``.

    Raises
    ------
    FileProblemError
        When the file is no workbook, is damaged, or lacks the sheet.
    """
    with path.open("rb") as file:
        if file.read(len(LEGACY_SIGNATURE)) == LEGACY_SIGNATURE:
            message = NOT_XLSX.format(" but an old one (xls), or one with a password")
            raise FileProblemError(message)
    damaged = NOT_XLSX.format(", or it is damaged ({})")
    try:
        with damage_told(damaged), zipfile.ZipFile(path) as archive:
            return _copied(archive, name, spool / "workbook.xlsx")
    except UNSOUND_XML as error:
        raise FileProblemError(damaged.format(type(error).__name__)) from error


def _copied(archive: zipfile.ZipFile, name: str | None, target: Path) -> Sheet:
    parts = _related(archive, "_rels/.rels", "")
    workbook_part = next(part for kind, part in parts.values() if kind == "officeDocument")
    workbook = _parsed(archive, workbook_part)
    folder = str(PurePosixPath(workbook_part).parent)
    related = _related(archive, f"{folder}/_rels/{PurePosixPath(workbook_part).name}.rels", folder)
    sheet_part = related[_chosen_sheet(workbook, name)][1]
    strings = [part for kind, part in related.values() if kind == "sharedStrings"]
    with zipfile.ZipFile(target, "w") as copy:
        copy.writestr(
            "[Content_Types].xml", CONTENT_TYPES.format(SHARED_STRINGS_TYPE if strings else "")
        )
        copy.writestr(
            "_rels/.rels",
            RELATIONSHIPS.format(RELATIONSHIP.format("rId1", "officeDocument", "xl/workbook.xml")),
        )
        copy.writestr("xl/workbook.xml", WORKBOOK)
        copy.writestr("xl/styles.xml", STYLES)
        links = RELATIONSHIP.format("rId1", "worksheet", "worksheets/sheet1.xml")
        links += RELATIONSHIP.format("rId3", "styles", "styles.xml")
        if strings:
            links += RELATIONSHIP.format("rId2", "sharedStrings", "sharedStrings.xml")
            _copy_part(archive, strings[0], copy, "xl/sharedStrings.xml")
        copy.writestr("xl/_rels/workbook.xml.rels", RELATIONSHIPS.format(links))
        extent, dates = _Extent(), DateCells(_date_styles(archive, related))
        _copy_part(archive, sheet_part, copy, "xl/worksheets/sheet1.xml", extent.look, dates.look)
    return Sheet(
        path=target,
        cell_range=(
            f"A1:{column_letters(extent.last_column)}{extent.last_row}" if extent.last_row else None
        ),
        last_column=extent.last_column,
        counts_from_1904=any(
            _local(element.tag) == "workbookPr" and element.get("date1904") in ("1", "true")
            for element in workbook
        ),
        formulas_without_value=extent.formulas_without_value,
        dates=dates.places,
    )


def _date_styles(
    archive: zipfile.ZipFile, related: Mapping[str, tuple[str, str]]
) -> dict[int, str]:
    styles = [part for kind, part in related.values() if kind == "styles"]
    if not styles or styles[0] not in archive.namelist():
        return {}
    return date_styles(_parsed(archive, styles[0]))


def _chosen_sheet(workbook: ElementTree.Element, name: str | None) -> str:
    """Return the relationship of the wanted sheet."""
    sheets = {
        str(element.get("name")): element
        for element in workbook.iter()
        if _local(element.tag) == "sheet"
    }
    visible = [title for title, sheet in sheets.items() if sheet.get("state") in (None, "visible")]
    if name is not None and name not in sheets:
        message = (
            f"the workbook has no sheet {name!r}; it has {', '.join(map(repr, sheets))}: rename "
            "it there, or set `sheet` in the contract"
        )
        raise FileProblemError(message)
    if not visible and name is None:
        message = "the workbook has no visible sheet; name one as `sheet` in the contract"
        raise FileProblemError(message)
    wanted = sheets[visible[0] if name is None else name]
    return next(value for key, value in wanted.attrib.items() if _local(key) == "id")


def _related(archive: zipfile.ZipFile, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return ``{id: (kind, part)}`` of the parts that a part refers to."""
    found: dict[str, tuple[str, str]] = {}
    for element in _parsed(archive, part):
        kind = element.attrib["Type"].rpartition("/")[2]
        target = element.attrib["Target"]
        whole = target[1:] if target.startswith("/") else str(PurePosixPath(folder) / target)
        found[element.attrib["Id"]] = (kind, whole)
    return found


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > SMALL_PART_BYTES:
        message = NOT_XLSX.format(", or it is damaged (its list of sheets or styles is too long)")
        raise FileProblemError(message)
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        raise ElementTree.ParseError("a document type is not expected")
    return ElementTree.fromstring(content)  # noqa: S314


def _copy_part(
    archive: zipfile.ZipFile,
    part: str,
    copy: zipfile.ZipFile,
    name: str,
    *looks: Callable[[bytes], None],
) -> None:
    """Copy a part in pieces and show each to ``looks``; the XML must be sound to its end."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(part) as source, copy.open(name, "w", force_zip64=True) as target:
        while piece := source.read(PIECE_BYTES):
            parser.Parse(piece, False)
            for look in looks:
                look(piece)
            target.write(piece)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise ElementTree.ParseError("a document type is not expected")


class _Extent:
    """The last row and column of cells that hold something, found in a sheet's XML."""

    def __init__(self) -> None:
        self._tail = b""
        self.last_column = self.last_row = self.formulas_without_value = 0

    def look(self, piece: bytes) -> None:
        """Take note of the cells in a piece of the XML.

        Raises
        ------
        FileProblemError
            When cells do not say where they stand, or stand too far out.
        """
        if CELL_WITHOUT_PLACE.search(piece):
            message = "the sheet's cells do not say where they stand; open the file and save it"
            raise FileProblemError(message)
        seam = self._tail + piece
        found = CELL.findall(seam)
        columns = {column for column, _ in found}
        self.last_column = max([self.last_column, *map(_number_of, columns)])
        self.last_row = max([self.last_row, *(int(row) for _, row in found)])
        self.formulas_without_value += len(FORMULA_WITHOUT_VALUE.findall(piece))
        self._tail = seam[-LONGEST_CELL_TAG:]
        if self.last_column > MOST_COLUMNS or self.last_row > MOST_ROWS:
            message = (
                f"something stands in column {column_letters(self.last_column)} or row "
                f"{self.last_row}, beyond the {MOST_COLUMNS:,} columns and {MOST_ROWS:,} rows that "
                "are read; remove it"
            )
            raise FileProblemError(message)


def column_letters(number: int) -> str:
    """Return the letters of a column counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _local(name: str) -> str:
    """Return an XML name without its namespace."""
    return name.rpartition("}")[2]
