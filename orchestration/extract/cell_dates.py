"""Which numbers of a sheet are shown as dates or times: the format of a cell tells.

A workbook keeps a date as a count of days. In a column of text it would arrive as that number,
which nobody who looks at the sheet has ever seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

DAY, TIME = "day", "time"
# Formats that every program knows by number and that a workbook does not spell out.
BUILT_IN = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 37), *range(50, 59)), DAY),
    **dict.fromkeys(range(18, 22), TIME),
}
# Texts in a format, and what stands in brackets, such as colours; hours in brackets are a duration.
NOT_CODES = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DURATION = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
LONGEST_CELL_TAG = 300


def date_styles(styles: ElementTree.Element) -> dict[int, str]:
    """Return the numbers of cell styles that show a `DAY`, with or without its time, or a `TIME`.

    Parameters
    ----------
    styles
        The workbook's part of styles.
    """
    formats = {
        int(element.attrib["numFmtId"]): element.get("formatCode", "")
        for element in styles.iter()
        if _local(element) == "numFmt"
    }
    kinds: dict[int, str] = {}
    for group in styles:
        if _local(group) != "cellXfs":
            continue
        for number, style in enumerate(group):
            format_id = int(style.get("numFmtId", "0"))
            kind = _kind(formats[format_id]) if format_id in formats else BUILT_IN.get(format_id)
            if kind is not None:
                kinds[number] = kind
    return kinds


@dataclass
class DateCells:
    """Cells with a number that is shown as a date or time, found in a sheet's XML.

    Attributes
    ----------
    styles
        What `date_styles` returned.
    places
        ``{column letters: {row: DAY or TIME}}``.
    """

    styles: Mapping[int, str]
    places: dict[str, dict[int, str]] = field(default_factory=dict)
    _tail: bytes = b""

    def look(self, piece: bytes) -> None:
        """Take note of the cells in a piece of the XML."""
        seam = self._tail + piece
        for kind in (DAY, TIME):
            numbers = [number for number, shown in self.styles.items() if shown == kind]
            if not numbers:
                continue
            for letters, row in _tags(numbers).findall(seam):
                self.places.setdefault(letters.decode(), {})[int(row)] = kind
        self._tail = seam[-LONGEST_CELL_TAG:]


def _tags(styles: Sequence[int]) -> re.Pattern[bytes]:
    """Return the pattern of cells of some styles that hold a number; its groups are their place."""
    listed = "|".join(map(str, styles))
    return re.compile(
        rf"""<(?:\w+:)?c(?=\s)(?=[^<>]*\ss=["'](?:{listed})["'])"""
        r"""(?![^<>]*\st=["'](?:s|str|inlineStr|b|e|d)["'])"""
        r"""[^<>]*\sr=["']([A-Z]{1,3})([0-9]{1,7})["'](?:[^<>]*[^<>/])?>""".encode()
    )


def _kind(code: str) -> str | None:
    """Return what a format shows, None for a number or a duration."""
    # Behind a semicolon stand the formats of negative numbers and of text.
    codes = NOT_CODES.sub("", code.partition(";")[0]).lower()
    if DURATION.search(codes) or codes == "general":
        return None
    if "d" in codes or "y" in codes:
        return DAY
    return TIME if "h" in codes or "s" in codes else None


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
