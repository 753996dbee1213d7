"""One way to write each kind of figure: thin separators, one form of date, units always given."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

# A narrow no-break space groups thousands in every language and cannot be taken for a decimal mark.
THIN_SPACE = "\u202f"
MINUS = "\u2212"
NOTHING = "–"
TOO_FEW = "too few"
ACRONYMS = {"nps", "qr", "rfm", "sla", "sms"}
CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "BRL": "R$", "JPY": "¥", "INR": "₹"}


def as_number(value: object) -> float | None:
    """Return a number as float, None for null; anything else is an error of the caller."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        message = f"expected a number or null, got {value!r}"
        raise TypeError(message)
    return float(value)


def number(value: object, digits: int = 0) -> str:
    """Format a number with thin thousands separators, for example ``12 345.6``."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    text = f"{abs(figure):,.{digits}f}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if figure < 0 and float(f"{figure:.{digits}f}") != 0 else text


def signed(value: object, digits: int = 0) -> str:
    """Format a change with its sign always written."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    text = number(figure, digits)
    return f"+{text}" if float(f"{figure:.{digits}f}") > 0 else text


def percent(value: object, digits: int = 0) -> str:
    """Format a share in 0–1 as a percentage."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    if 0 < figure < 0.5 * 10 ** -(digits + 2):
        return f"<{THIN_SPACE}{10**-digits:.{digits}f}%"
    return f"{number(figure * 100, digits)}%"


def money(value: object, currency: object = None, digits: int = 0) -> str:
    """Format an amount with the currency that its row carries."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    return _with_currency(number(abs(figure), digits), currency, negative=figure < 0)


def short_money(value: object, currency: object = None) -> str:
    """Format an amount for a headline: ``€1.24 million``, ``€312 thousand``."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    size = abs(figure)
    if size >= 1e6:
        text = f"{number(size / 1e6, 2 if size < 1e7 else 1)}{THIN_SPACE}M"
    elif size >= 1e4:
        text = f"{number(size / 1e3)}{THIN_SPACE}k"
    else:
        text = number(size)
    return _with_currency(text, currency, negative=figure < 0)


def _with_currency(text: str, currency: object, *, negative: bool) -> str:
    code = "" if currency in {None, "", "unknown"} else str(currency)
    sign = CURRENCY_SIGNS.get(code, f"{code}{THIN_SPACE}" if code else "")
    return f"{MINUS if negative else ''}{sign}{text}"


def score(value: object, metric: object) -> str:
    """Format a survey metric: NPS as a signed number, the others as a share."""
    return signed(value) if metric == "NPS" else percent(value)


def interval(lower: object, upper: object, metric: object = None) -> str:
    """Format a 95% interval in the unit of its metric."""
    if lower is None or upper is None:
        return NOTHING
    if metric == "NPS":
        return f"{signed(lower)} to {signed(upper)}"
    return f"{percent(lower)} to {percent(upper)}"


def plain_interval(lower: object, upper: object, digits: int = 2) -> str:
    """Format a 95% interval of a plain number."""
    if lower is None or upper is None:
        return NOTHING
    return f"{number(lower, digits)} to {number(upper, digits)}"


def day(value: object) -> str:
    """Format a date, or the day of a timestamp, as ``30 Jun 2026``."""
    if value is None:
        return NOTHING
    if not isinstance(value, date):
        message = f"expected a date or timestamp, got {value!r}"
        raise TypeError(message)
    return f"{value.day} {value:%b %Y}"


def moment(value: object) -> str:
    """Format a timestamp as ``30 Jun 2026 14:05``; the site states once that times are UTC."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        message = f"expected a timestamp, got {value!r}"
        raise TypeError(message)
    return f"{day(value)} {value:%H:%M}"


def period(start: object, grain: object) -> str:
    """Name a period: ``Jun 2026``, ``Q2 2026`` or ``all time``."""
    if grain == "all" or start is None:
        return "all time"
    if not isinstance(start, date):
        message = f"expected a date, got {start!r}"
        raise TypeError(message)
    if grain == "quarter":
        return f"Q{(start.month - 1) // 3 + 1} {start.year}"
    return f"{start:%b %Y}"


def hours(value: object) -> str:
    """Format a duration given in hours in the unit that reads best."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    for limit, divisor, unit in ((1, 1 / 60, "min"), (48, 1, "h"), (24 * 60, 24, "days")):
        if figure < limit:
            size = figure / divisor
            return f"{number(size, 1 if size < 10 and unit != 'min' else 0)}{THIN_SPACE}{unit}"
    return f"{number(figure / 24)}{THIN_SPACE}days"


def p_value(value: object) -> str:
    """Format a p-value without false precision."""
    figure = as_number(value)
    if figure is None:
        return NOTHING
    return "p\u00a0<\u00a00.001" if figure < 0.001 else f"p\u00a0=\u00a0{figure:.3f}"


def label(value: object) -> str:
    """Turn an identifier into words: ``onboarding_call`` becomes ``Onboarding call``."""
    if value is None:
        return NOTHING
    words = str(value).replace("_", " ").split()
    return sentence(" ".join(word.upper() if word in ACRONYMS else word for word in words))


def sentence(value: object) -> str:
    """Begin a text with a capital and leave the rest as it is."""
    text = str(value)
    return text[:1].upper() + text[1:]


FILTERS = {
    "sentence": sentence,
    "number": number,
    "signed": signed,
    "percent": percent,
    "money": money,
    "short_money": short_money,
    "score": score,
    "day": day,
    "moment": moment,
    "hours": hours,
    "p_value": p_value,
    "label": label,
}
