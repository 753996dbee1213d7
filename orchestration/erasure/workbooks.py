"""Where in an Excel workbook an identifier stands, so that a person can delete it there.

Workbooks are not rewritten, since their formulas and layout would be lost.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree

from orchestration.erasure.identifiers import Identifiers

WORKBOOK_PART = "xl/workbook.xml"
# Workbooks of the binary form keep texts in UTF-16; the search of raw parts finds them.
WORKBOOK_PARTS = (WORKBOOK_PART, "xl/workbook.bin")
SHARED_STRINGS = "xl/sharedStrings.xml"
UNSOUND = (ElementTree.ParseError, LookupError, ValueError)
# Reading a part as it is: its text, attributes and all.
RAW = "utf-8", "utf-16-le"


def is_workbook(file: IO[bytes]) -> bool:
    """Return whether a file is an Excel workbook of any of the zipped forms."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return any(part in WORKBOOK_PARTS for part in archive.namelist())


def places(file: IO[bytes], identifiers: Identifiers) -> list[str]:
    """Return each place of a workbook in which an identifier stands, for people to find.

    Cells hold texts, saved results and formulas; beside them there are links, notes, lists for
    validation, pivot caches. What cannot be read as a workbook is searched as it is.
    """
    with zipfile.ZipFile(file) as archive:
        book = _Book(archive=archive, identifiers=identifiers)
        found: list[str] = []
        for part in sorted(archive.namelist()):
            try:
                found += book.in_part(part)
            except UNSOUND:
                found += book.in_raw_part(part)
        return found + book.unshown_strings()


@dataclass(kw_only=True)
class _Book:
    archive: zipfile.ZipFile
    identifiers: Identifiers
    shown: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pattern = self.identifiers.pattern
        self.sheets = self._sheet_names()
        # Places in the list of strings that hold an identifier; the list itself may be long.
        self.can_read_strings = True
        try:
            self.telling_strings = self._telling_strings()
        except UNSOUND:
            self.can_read_strings, self.telling_strings = False, set()

    def in_part(self, part: str) -> list[str]:
        """Return the places in one part; strings shared by cells are found by way of these."""
        if part == SHARED_STRINGS and self.can_read_strings:
            return []
        if part in self.sheets:
            return list(self._in_sheet(part, self.sheets[part]))
        name = PurePosixPath(part).name.lower()
        if "comment" in name and name.endswith(".xml"):
            noted = list(self._in_notes(part))
            return noted or self.in_raw_part(part)
        return self.in_raw_part(part)

    def in_raw_part(self, part: str) -> list[str]:
        """Return the part itself when an identifier stands anywhere in its bytes."""
        content = self.archive.read(part)
        texts = (content.decode(encoding, errors="replace") for encoding in RAW)
        return [f"part {part}"] if any(map(self._says, texts)) else []

    def unshown_strings(self) -> list[str]:
        """Return the list of strings when it keeps an identifier that no cell shows any more."""
        if self.telling_strings <= self.shown:
            return []
        return [f"part {SHARED_STRINGS}, in a text that no cell shows: save the workbook anew"]

    def _in_sheet(self, part: str, sheet: str) -> Iterator[str]:
        cell = ""
        with self.archive.open(part) as xml:
            for event, element in ElementTree.iterparse(xml, events=("start", "end")):  # noqa: S314
                kind = _local(element.tag)
                if event == "start":
                    cell = element.get("r", "?") if kind == "c" else cell
                    continue
                if kind == "c":
                    if self._cell_says(element):
                        yield f"sheet {sheet!r}, cell {cell}"
                    cell = ""
                elif not cell and self._element_says(element):
                    at = element.get("ref") or element.get("sqref")
                    yield f"sheet {sheet!r}, {kind}{f' at {at}' if at else ''}"
                if not cell:
                    element.clear()

    def _cell_says(self, cell: ElementTree.Element) -> bool:
        """Return whether a cell's text, number, saved result or formula holds an identifier."""
        texts = []
        for part in cell:
            kind, text = _local(part.tag), "".join(part.itertext())
            if kind == "v" and cell.get("t") == "s":
                place = int(text)
                self.shown.add(place)
                if place in self.telling_strings:
                    return True
            elif kind == "v" and cell.get("t", "n") == "n":
                texts.append(_number_text(text))
            else:
                texts.append(text)
        return any(map(self._says, texts))

    def _element_says(self, element: ElementTree.Element) -> bool:
        return any(map(self._says, (element.text or "", *element.attrib.values())))

    def _in_notes(self, part: str) -> Iterator[str]:
        root = ElementTree.fromstring(self.archive.read(part))  # noqa: S314
        for element in root.iter():
            if element.get("ref") and self._says("".join(element.itertext())):
                yield f"note at {element.get('ref')} (part {part})"

    def _says(self, text: str) -> bool:
        return bool(self.pattern.search(text))

    def _telling_strings(self) -> set[int]:
        if SHARED_STRINGS not in self.archive.namelist():
            return set()
        found: set[int] = set()
        place = 0
        with self.archive.open(SHARED_STRINGS) as xml:
            for _, element in ElementTree.iterparse(xml):  # noqa: S314
                if _local(element.tag) == "si":
                    if self._says("".join(element.itertext())):
                        found.add(place)
                    place += 1
                    element.clear()
        return found

    def _sheet_names(self) -> dict[str, str]:
        """Return the title of each sheet by the part that holds it."""
        try:
            workbook = ElementTree.fromstring(self.archive.read(WORKBOOK_PART))  # noqa: S314
            links = ElementTree.fromstring(self.archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        except (KeyError, ElementTree.ParseError):
            return {}
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        names = {}
        for element in workbook.iter():
            if _local(element.tag) == "sheet":
                target = next(
                    (targets.get(value) for key, value in element.attrib.items()
                     if _local(key) == "id"),
                    None,
                )  # fmt: skip
                if target:
                    names[_whole(target)] = element.get("name", "")
        return names


def _whole(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _local(name: str) -> str:
    """Return an XML name without its namespace."""
    return name.rpartition("}")[2]


def _number_text(text: str) -> str:
    """Return a number as people see it: a long one may be saved as ``4.40207946095E11``."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else text
