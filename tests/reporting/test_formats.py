"""How figures are written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from reporting import formats

T = formats.THIN_SPACE


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 0, "0"),
        (1234567, 0, f"1{T}234{T}567"),
        (-1234.5, 1, f"−1{T}234.5"),
        (-0.001, 1, "0.0"),
        (Decimal("12.345"), 2, "12.35"),
        (None, 0, "–"),
    ],
)
def test_number_groups_thousands_with_a_thin_space(value: object, digits: int, text: str) -> None:
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.255, 0, "26%"), (0, 0, "0%"), (0.0004, 0, f"<{T}1%"), (0.0004, 2, "0.04%"), (None, 0, "–")],
)
def test_percent_never_rounds_something_to_nothing(value: object, digits: int, text: str) -> None:
    assert formats.percent(value, digits) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1243890"), "EUR", f"€1.24{T}M"),
        (312400, "USD", f"$312{T}k"),
        (999, "BRL", "R$999"),
        (-5000, "CHF", f"−CHF{T}5{T}000"),
        (5, None, "5"),
    ],
)
def test_short_money_carries_the_currency_of_its_row(
    value: object, currency: str | None, text: str
) -> None:
    assert formats.short_money(value, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, f"30{T}min"), (5.5, f"5.5{T}h"), (36, f"36{T}h"), (72, f"3.0{T}days"), (None, "–")],
)
def test_hours_chooses_the_unit_that_reads_best(value: object, text: str) -> None:
    assert formats.hours(value) == text


@pytest.mark.parametrize(
    ("start", "grain", "text"),
    [
        (date(2026, 4, 1), "quarter", "Q2 2026"),
        (date(2026, 6, 1), "month", "Jun 2026"),
        (datetime(2026, 6, 1), "all", "all time"),
        (None, "all", "all time"),
    ],
)
def test_period_is_named_by_its_grain(start: object, grain: str, text: str) -> None:
    assert formats.period(start, grain) == text


def test_a_score_is_signed_when_it_is_an_nps_and_a_share_otherwise() -> None:
    assert formats.score(27.4, "NPS") == "+27"
    assert formats.score(-3.2, "NPS") == "−3"
    assert formats.score(0.81, "CSAT") == "81%"


@pytest.mark.parametrize("value", [True, "12", object()])
def test_as_number_refuses_what_is_not_a_number(value: object) -> None:
    with pytest.raises(TypeError, match="expected a number or null"):
        formats.as_number(value)
