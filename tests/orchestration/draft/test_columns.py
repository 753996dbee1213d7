"""What is guessed of single columns; each ambiguity is a case."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestration.draft.columns import ColumnDraft

Column = Callable[..., ColumnDraft]


@pytest.mark.parametrize(
    ("values", "kind", "formats"),
    [
        (["2024-01-31", "2024-02-01"], "date", ()),
        (["2024-01-31 10:00:00", "2024-02-01 11:30:00"], "timestamp", ()),
        (["2024-01-31T10:00:00Z", "2024-02-01T11:30:00+02:00"], "timestamp", ()),
        (["31/01/2024 9:05", "01/02/2024 10:00"], "timestamp", ("%d/%m/%Y %H:%M",)),
        (["2/24/2015 11:35", "1/2/2015 9:00"], "timestamp", ("%m/%d/%Y %H:%M",)),
        (["31.01.2024", "01.02.2024"], "date", ("%d.%m.%Y",)),
        (["31/01/99", "01/02/99"], "date", ("%d/%m/%y",)),
        (["31/01/2024", "1/2/24"], "date", ("%d/%m/%y", "%d/%m/%Y")),
        (["5 May 2024"], "date", ("%d %B %Y", "%d %b %Y")),
        (["Feb 24, 2015 11:35 AM", "Mar 1, 2015 1:05 PM"], "timestamp", ("%b %d, %Y %I:%M %p",)),
        (["Tue Feb 24 11:35:52 -0800 2015"], "timestamp", ("%a %b %d %H:%M:%S %z %Y",)),
        (["24.12.2024 10:00 UTC"], "timestamp", ("%d.%m.%Y %H:%M %Z",)),
        (["1706695200", "1706781600"], "timestamp", ("epoch_s",)),
        (["1706695200000", "1706781600123"], "timestamp", ("epoch_ms",)),
        (["20240131", "20240201"], "date", ("%Y%m%d",)),
    ],
)
def test_form_of_times_is_guessed_when_values_tell_it(
    column: Column, values: list[str], kind: str, formats: tuple[str, ...]
) -> None:
    drafted = column("created_at", values)
    assert (drafted.type, drafted.contract.formats, drafted.question) == (kind, formats, "")


def test_order_of_day_and_month_is_asked_when_no_day_is_past_twelve(column: Column) -> None:
    values = ["01/02/2024", "03/04/2024"]
    undecided = column("created_at", values)
    assert (undecided.type, undecided.question) == ("string", "dates")
    assert undecided.choices == ("dmy: %d/%m/%Y", "mdy: %m/%d/%Y")
    assert column("created_at", values, date_order="mdy").contract.formats == ("%m/%d/%Y",)


def test_order_is_asked_when_a_short_year_could_be_a_day(column: Column) -> None:
    undecided = column("created_at", ["31/01/24", "01/02/24"])
    assert undecided.choices == ("dmy: %d/%m/%y", "ymd: %y/%m/%d")


def test_one_row_settles_the_order_when_it_is_the_last_of_many(column: Column) -> None:
    drafted = column("created_at", ["01/02/2024"] * 500 + ["13/02/2024"])
    assert drafted.contract.formats == ("%d/%m/%Y",)


def test_dates_stay_text_when_both_orders_stand_in_one_column(column: Column) -> None:
    drafted = column("created_at", ["25/02/2024", "02/25/2024"])
    assert (drafted.type, drafted.question) == ("string", "")


def test_number_is_no_time_when_the_header_does_not_say_so(column: Column) -> None:
    assert column("population", ["1706695200", "1706781600"]).type == "integer"


@pytest.mark.parametrize(
    ("values", "kind", "marks"),
    [
        (["1", "-2", "+3"], "integer", (".", "")),
        (["1.5", "2", "1e3"], "decimal", (".", "")),
        (["0.1234", "12"], "double", (".", "")),
        (["1,5", "12,25"], "decimal", (",", "")),
        (["1,234.50", "2.00"], "decimal", (".", ",")),
        (["1.234,50", "2,00"], "decimal", (",", ".")),
        (["1 234,50", "2,00"], "decimal", (",", " ")),
        (["1.234.567", "1.234"], "decimal", (",", ".")),
        (["1'234.50", "2.00"], "decimal", (".", "'")),
    ],
)
def test_marks_of_numbers_are_guessed_when_values_tell_them(
    column: Column, values: list[str], kind: str, marks: tuple[str, str]
) -> None:
    contract = column("weight", values).contract
    assert (contract.type, (contract.decimal_mark, contract.thousands_mark)) == (kind, marks)


@pytest.mark.parametrize("values", [["1,234", "5,678"], ["1.234", "5.678"]])
def test_decimal_mark_is_asked_when_it_may_part_thousands(
    column: Column, values: list[str]
) -> None:
    undecided = column("weight", values)
    assert (undecided.type, undecided.question) == ("string", "decimal")
    assert column("weight", values, decimal_mark=values[0][1]).type == "double"
    assert column("weight", values, decimal_mark=".").type in ("decimal", "double")


@pytest.mark.parametrize(
    ("values", "strip"),
    [
        (["R$ 1.234,50", "R$ 3,00"], ("R$",)),
        (["$12.00", "-$5.00"], ("$",)),
        (["12.00 EUR", "5 EUR"], ("EUR",)),
        (["1\u00a0234,50 €"], ("€", "\u00a0")),
    ],
)
def test_currency_is_stripped_when_it_stands_beside_numbers(
    column: Column, values: list[str], strip: tuple[str, ...]
) -> None:
    contract = column("price", values).contract
    assert (contract.type, contract.strip) == ("decimal", strip)


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("zip_code", ["90001", "90002"], "string"),
        ("customer_id", ["17", "18"], "string"),
        ("code_of_shelf", ["007", "12"], "string"),
        ("is_active", ["0", "1"], "boolean"),
        ("active", ["0", "1"], "integer"),
        ("married", ["Yes", "No"], "boolean"),
        ("payload", ['{"a": 1}', "[1, 2]"], "json"),
        ("charge", ["20", "35"], "decimal"),
        ("anything", [None, ""], "string"),
        ("anything", ["a", "1"], "string"),
    ],
)
def test_type_follows_name_and_values_when_either_alone_would_mislead(
    column: Column, header: str, values: list[str | None], kind: str
) -> None:
    assert column(header, values).type == kind


def test_null_text_is_none_when_all_else_is_a_number(column: Column) -> None:
    drafted = column("age", ["31", "None", "45", "N/A"])
    assert (drafted.type, drafted.null_texts) == ("integer", ("N/A", "None"))


def test_null_text_is_kept_and_told_when_the_column_is_text(column: Column) -> None:
    drafted = column("offer", ["Offer A", "None", "Offer B"])
    assert drafted.null_texts == ()
    assert any("--null 'None'" in note for note in drafted.notes)


def test_few_values_are_codes_when_some_are_letters(column: Column) -> None:
    drafted = column("display", ["1", "2", "3"] * 400 + ["A"])
    assert drafted.type == "string"
    assert "codes" in drafted.notes[0]


def test_misfits_are_counted_when_a_measure_has_some(column: Column) -> None:
    drafted = column("weight", [f"{n}.5" for n in range(500)] + ["heavy"])
    assert drafted.type == "decimal"
    assert drafted.notes[0].startswith("1 of 501 sampled values are no decimal")


@pytest.mark.parametrize(
    ("header", "values", "bounds"),
    [
        ("nps_score", ["0", "7"], (0, 10)),
        ("review_score", ["1", "5"], (1, 5)),
        ("ces", ["2", "7"], (1, 7)),
        ("satisfaction", ["15", "90"], (0, 100)),
        ("churn_score", ["2", "5"], (None, None)),
        ("lives", ["2", "5"], (None, None)),
    ],
)
def test_scale_is_guessed_when_the_name_says_score(
    column: Column, header: str, values: list[str], bounds: tuple[int | None, int | None]
) -> None:
    contract = column(header, values).contract
    assert (contract.minimum, contract.maximum) == bounds


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("contact", ["ann@example.com", "bo@example.org"], "email"),
        ("line", ["+49 30 1234567", "030 1234 5678"], "phone"),
        ("mobile", ["07700900123"], "phone"),
        ("first_name", ["Ann", "Bo"], "name"),
        ("customer_name", ["Ann Example"], "name"),
        ("product_name", ["Lamp"], None),
        ("verbatim", ["It was slow", "Good", "Bad service again"], "comment"),
        ("why", ["the delivery came far too late", "nobody answered my three calls"], "comment"),
        ("street_address", ["1 Main Street"], "other"),
        ("born", ["1990-01-31", "1985-12-01"], None),
        ("birth_date", ["1990-01-31"], "other"),
        ("order_id", ["12 34 567"], None),
    ],
)
def test_personal_data_is_tagged_when_name_or_values_show_it(
    column: Column, header: str, values: list[str], kind: str | None
) -> None:
    assert column(header, values).contract.personal_data == kind
