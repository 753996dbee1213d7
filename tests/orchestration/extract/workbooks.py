"""Workbooks made by hand, so that tests hold cells that no library would write."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
EPOCH = dt.datetime(1899, 12, 30)


class Shown(tuple[object, int]):
    """A number together with the style of its cell."""


class Formula(str):
    """A formula; saved with the value behind its last bar, or with none."""


def cell(place: str, value: object) -> str:
    if value is None:
        return f'<c r="{place}" s="1"/>'
    if isinstance(value, Formula):
        formula, bar, saved = value.rpartition("|")
        text = f"<f>{escape(formula)}</f><v>{saved}</v>" if bar else f"<f>{escape(value)}</f>"
        return f'<c r="{place}">{text}</c>'
    if isinstance(value, Shown):
        return f'<c r="{place}" s="{value[1]}"><v>{value[0]!r}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        serial = (value - EPOCH) / dt.timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{serial!r}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def sheet_xml(rows: Mapping[int, Sequence[object]], hidden_rows: Sequence[int] = ()) -> str:
    lines = []
    for number, values in rows.items():
        hidden = ' hidden="1"' if number in hidden_rows else ""
        cells = "".join(cell(f"{chr(65 + i)}{number}", value) for i, value in enumerate(values))
        lines.append(f'<row r="{number}"{hidden}>{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def styles_xml(formats: Sequence[int | str]) -> str:
    """Return styles, numbered from 0, of built-in formats and of formats spelled out."""
    codes = {code: 164 + i for i, code in enumerate(f for f in formats if isinstance(f, str))}
    spelled = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        for code, number in codes.items()
    )
    numbers = [codes[name] if isinstance(name, str) else name for name in formats]
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in numbers)
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{spelled}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>'
    )


def workbook(
    sheets: Mapping[str, str],
    *,
    hidden: Sequence[str] = (),
    from_1904: bool = False,
    strings: Sequence[str] = (),
    styles: str | None = None,
) -> bytes:
    """Return a workbook of the sheets' XML by their names."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"'
        + (' state="hidden"' if name in hidden else "")
        + "/>"
        for i, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f'<workbookPr date1904="{int(from_1904)}"/><sheets>{listed}</sheets></workbook>',
        )
        if strings:
            links += (
                f'<Relationship Id="rId99" Type="{OFFICE}/sharedStrings" '
                'Target="/xl/sharedStrings.xml"/>'
            )
            items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{items}</sst>')
        if styles is not None:
            links += f'<Relationship Id="rId98" Type="{OFFICE}/styles" Target="styles.xml"/>'
            archive.writestr("xl/styles.xml", styles)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        )
        for i, xml in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", xml)
    return target.getvalue()
