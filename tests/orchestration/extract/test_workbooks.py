"""Excel workbooks: what a person sees in the sheet is what is loaded."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from orchestration.extract.cell_dates import DAY, DateCells
from tests.orchestration.extract.conftest import Bench, assert_ledger_adds_up, column, contract
from tests.orchestration.extract.workbooks import (
    MAIN,
    Formula,
    Shown,
    sheet_xml,
    styles_xml,
    workbook,
)

ORDERS = contract(
    column("answer_id", source_name="Order"),
    column("ordered_at", "timestamp", formats=("%d/%m/%Y %H:%M", "iso")),
    column("due", "date", may_be_future=True, optional_column=True),
    column("amount", "decimal", decimal_mark=",", strip=("EUR",), optional_column=True),
    column("items", "integer", optional_column=True),
    column("is_paid", "boolean", optional_column=True),
    files="*.xlsx",
    format="xlsx",
    timezone="Europe/London",
    key=("answer_id",),
)
HEADER = ["Order", "ordered_at", "due", "amount", "items", "is_paid", "Note"]
MOMENT = dt.datetime(2026, 6, 15, 9, 30)


def loaded(bench: Bench) -> list[tuple[object, ...]]:
    return bench.rows(
        "select answer_id, cast(ordered_at as varchar), cast(due as varchar), "
        "cast(amount as varchar), items, is_paid, _extra, _source_line "
        "from raw.survey__answers order by _source_line"
    )


def test_cells_of_every_kind_are_read(bench: Bench) -> None:
    rows = {
        1: HEADER,
        2: ["a", MOMENT, dt.datetime(2027, 1, 1), 1250.5, 3, True, "x"],
        3: ["b", "15/06/2026 09:30", "2027-01-01", "1250,50 EUR", "3", "no", None],
        4: ["c", "2026-06-15T08:30:00Z", None, Formula("A1*2|7.25"), 1.5e3, False, 7],
        6: [12, MOMENT, None, -0.5, None, None, None],
    }
    bench.put("a.xlsx", workbook({"Orders": sheet_xml(rows, hidden_rows=[3])}))
    result = bench.load(ORDERS)
    utc = "2026-06-15 08:30:00"
    assert loaded(bench) == [
        ("a", utc, "2027-01-01", "1250.50", 3, True, '{"Note":"x"}', 2),
        ("b", utc, "2027-01-01", "1250.50", 3, False, '{"Note":null}', 3),
        ("c", utc, None, "7.25", 1500, False, '{"Note":"7"}', 4),
        ("12", utc, None, "-0.50", None, None, '{"Note":null}', 6),
    ]
    assert result.messages == (
        "a.xlsx: columns that the contract does not know are kept in _extra: Note",
    )
    assert_ledger_adds_up(bench)


def test_sheet_is_the_first_visible_one_unless_named(bench: Bench) -> None:
    sheets = {
        "Old": sheet_xml({1: ["Order", "ordered_at"], 2: ["hidden", MOMENT]}),
        "Now": sheet_xml({3: ["Order", "ordered_at"], 5: ["now", MOMENT]}),
        "Next & last": sheet_xml({1: ["Order", "ordered_at"], 2: ["next", MOMENT]}),
    }
    bench.put("a.xlsx", workbook(sheets, hidden=["Old"]))
    bench.load(ORDERS)
    assert bench.rows("select answer_id, _source_line from raw.survey__answers") == [("now", 5)]
    bench.put("b.xlsx", workbook({**sheets, "Old": sheets["Next & last"]}, hidden=["Old"]))
    bench.load(replace(ORDERS, sheet="Old", files="b.xlsx"))
    assert bench.loaded_ids() == ["next", "now"]


def test_dates_are_right_when_days_are_counted_from_1904(bench: Bench) -> None:
    xml = sheet_xml({1: ["Order", "ordered_at"], 2: ["a", 44726.395833333336]})
    bench.put("a.xlsx", workbook({"S": xml}, from_1904=True))
    bench.load(ORDERS)
    assert loaded(bench)[0][1] == "2026-06-15 08:30:00"


def test_serial_numbers_are_dates_as_the_program_shows_them(bench: Bench) -> None:
    stream = contract(column("answer_id"), column("day", "date"), format="xlsx", files="*.xlsx")
    days = [1, 59, 60, 61, 46188, 46188.999, -1, 2958466]
    rows = {1: ["answer_id", "day"]} | {i: [str(i), day] for i, day in enumerate(days, start=2)}
    bench.put("a.xlsx", workbook({"S": sheet_xml(rows)}))
    bench.load(
        replace(stream, columns=(stream.columns[0], replace(stream.columns[1], may_be_future=True)))
    )
    assert bench.rows("select cast(day as varchar) from raw.survey__answers order by day") == [
        ("1900-01-01",),
        ("1900-02-28",),
        ("1900-03-01",),
        ("2026-06-15",),
        ("2026-06-15",),
    ]
    assert [(entry[1], entry[3]) for entry in bench.quarantine()] == [
        (4, "60"),
        (8, "-1"),
        (9, "2958466"),
    ]


SERIAL = 46188.395833333336


@pytest.mark.parametrize(
    ("number", "shown_as", "text"),
    [
        (46188, 14, "2026-06-15"),
        (SERIAL, 22, "2026-06-15 09:30:00"),
        (SERIAL, 14, "2026-06-15 09:30:00"),
        (46188, "dd/mm/yyyy;@", "2026-06-15"),
        (SERIAL, '[$-809]d" of "mmmm\\ yy', "2026-06-15 09:30:00"),
        (0.395833333333333, 20, "09:30:00"),
        (SERIAL, "h:mm AM/PM", "2026-06-15 09:30:00"),
        (1.5, "[h]:mm", "1.5"),
        (46188, 0, "46188"),
        (46188, "General", "46188"),
        (46188, '[Red]0.00" days"', "46188"),
        (-1, 14, "-1"),
    ],
)
def test_date_in_a_column_of_text_is_iso_when_the_sheet_shows_a_date(
    bench: Bench, number: float, shown_as: int | str, text: str
) -> None:
    stream = contract(column("answer_id"), column("when"), files="*.xlsx", format="xlsx")
    rows = {
        1: ["answer_id", "when", "note"],
        2: ["a", Shown((number, 1)), Shown((number, 1))],
        3: ["b", Shown((46188, 0)), "46188"],
        4: ["c", "46188", None],
    }
    styles = styles_xml([0, shown_as])
    bench.put("a.xlsx", workbook({"S": sheet_xml(rows)}, styles=styles))
    bench.load(stream)
    assert bench.rows(
        "select \"when\", _extra ->> 'note' from raw.survey__answers order by answer_id"
    ) == [(text, text), ("46188", "46188"), ("46188", None)]


def test_text_that_looks_like_a_serial_number_stays_text_under_a_date_format(bench: Bench) -> None:
    stream = contract(column("answer_id"), column("when"), files="*.xlsx", format="xlsx")
    xml = sheet_xml({1: ["answer_id", "when"], 2: ["a", "46188"]})
    xml = xml.replace('r="B2" t=', 'r="B2" s="1" t=')
    bench.put("a.xlsx", workbook({"S": xml}, styles=styles_xml([0, 14])))
    bench.load(stream)
    assert bench.rows('select "when" from raw.survey__answers') == [("46188",)]


def test_dates_of_every_kind_of_column_are_read_when_days_count_from_1904(bench: Bench) -> None:
    stream = contract(
        column("answer_id"), column("when"), column("day", "date"), files="*.xlsx", format="xlsx"
    )
    rows = {1: ["answer_id", "when", "day"], 2: ["a", Shown((44726, 1)), Shown((44726, 1))]}
    styles = styles_xml([0, 14])
    bench.put("a.xlsx", workbook({"S": sheet_xml(rows)}, from_1904=True, styles=styles))
    bench.load(stream)
    assert bench.rows('select "when", cast(day as varchar) from raw.survey__answers') == [
        ("2026-06-15", "2026-06-15")
    ]


def test_shared_strings_and_error_cells_are_read(bench: Bench) -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" t="d"><v>2026-06-15T09:30:00</v></c>'
        '<c r="C2" t="e"><v>#DIV/0!</v></c></row></sheetData></worksheet>'
    )
    strings = ["Order", "ordered_at", "amount", "=cmd|' /C calc'!A0"]
    bench.put("a.xlsx", workbook({"S": xml}, strings=strings))
    bench.load(ORDERS)
    assert bench.quarantine() == [("a.xlsx", 2, "amount", "#DIV/0!", "bad_type")]
    (raw_text,) = bench.rows("select raw_text from quality.quarantine")[0]
    assert strings[3] in str(raw_text)


def test_formulas_are_reported_when_they_were_never_computed(bench: Bench) -> None:
    rows = {1: ["Order", "ordered_at"], 2: ["a", MOMENT], 3: ["b", Formula("B2+1")]}
    bench.put("a.xlsx", workbook({"S": sheet_xml(rows)}))
    result = bench.load(ORDERS)
    assert "1 cells hold formulas that were never computed" in result.messages[0]
    assert loaded(bench)[1][:2] == ("b", None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Order,ordered_at\na,2026-01-01\n", "no Excel workbook"),
        (b"PK\x03\x04 no", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old one (xls), or one with a password"),
        (workbook({"S": sheet_xml({1: HEADER})})[:-40], "no Excel workbook"),
        (workbook({"S": "<worksheet><sheetData><row"}), "damaged"),
        (workbook({"S": "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>"}), "damaged"),
        (workbook({"S": sheet_xml({})}), "the sheet is empty"),
        (workbook({"S": sheet_xml({1: ["Ordr", "ordered_at"]})}), "the file has 'Ordr'"),
        (
            workbook({"S": sheet_xml({1: HEADER}).replace('r="G1"', 'r="XFD1"')}),
            "column XFD or row 1, beyond",
        ),
        (workbook({"S": sheet_xml({1: HEADER}).replace('r="A1" ', "")}), "where they stand"),
        (workbook({"S": sheet_xml({1: HEADER})}, hidden=["S"]), "no visible sheet"),
    ],
)
def test_file_fails_alone_when_it_is_no_sound_workbook(
    bench: Bench, content: bytes, told: str
) -> None:
    bench.put("bad.xlsx", content)
    bench.put(
        "good.xlsx", workbook({"S": sheet_xml({1: ["Order", "ordered_at"], 2: ["a", MOMENT]})})
    )
    result = bench.load(ORDERS)
    assert result.failed_files == ("bad.xlsx",)
    assert told in result.messages[0]
    assert bench.loaded_ids() == ["a"]


def test_file_fails_with_the_sheets_listed_when_the_named_one_is_missing(bench: Bench) -> None:
    bench.put("a.xlsx", workbook({"Data": sheet_xml({1: HEADER}), "Info": sheet_xml({})}))
    result = bench.load(replace(ORDERS, sheet="Date"))
    assert "has no sheet 'Date'; it has 'Data', 'Info'" in result.messages[0]


@pytest.mark.parametrize("cut", range(1, 60))
def test_date_is_found_when_its_cell_is_read_in_two_pieces(cut: int) -> None:
    xml = sheet_xml({2: [Shown((46188, 1))]}).encode()
    start = xml.index(b"<c ") - 5
    cells = DateCells(styles={1: DAY})
    cells.look(xml[: start + cut])
    cells.look(xml[start + cut :])
    assert cells.places == {"A": {2: DAY}}
