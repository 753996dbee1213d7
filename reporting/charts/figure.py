"""What a figure is: a chart, the words that make it readable, and the same data as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

_SLUG = re.compile(r"[a-z][a-z0-9-]*")
# Colours are the style sheet's custom properties, so one chart serves light, dark and print.
INK = "var(--ink)"
MUTED = "var(--muted)"
LINE = "var(--line)"
ACCENT = "var(--accent)"
POSITIVE = "var(--positive)"
NEGATIVE = "var(--negative)"
NEUTRAL = "var(--neutral)"
# Okabe and Ito's palette, told apart by all common kinds of colour vision.
SERIES = [f"var(--series-{index})" for index in range(1, 8)]
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

CONFIG: dict[str, object] = {
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelPadding": 6,
        "titlePadding": 10,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False},
    "legend": {
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
    },
    "text": {"color": INK, "fontSize": 12},
    "header": {"labelColor": INK, "titleColor": MUTED, "labelFontSize": 13},
    "range": {"category": SERIES},
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Formatted rows: the fallback of a chart for readers who want figures or use a screen reader.

    Parameters
    ----------
    headers
        Column headings with units.
    rows
        Cells as text, one tuple a row, as long as ``headers``.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.headers):
                message = f"a row has {len(row)} cells for {len(self.headers)} headers: {row!r}"
                raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One chart with what a reader needs beside it.

    Parameters
    ----------
    slug
        Identifier on its page: lower case, digits and dashes.
    title
        The finding or the measure.
    subtitle
        Measure, unit, n and interval in one line.
    alt
        What the chart shows, for readers who cannot see it.
    source
        Tables that the chart was read from.
    spec
        A Vega-Lite specification with inline data.
    table
        The same data as text.
    note
        A caveat or counting rule; empty when there is none.
    """

    slug: str
    title: str
    subtitle: str
    alt: str
    source: str
    spec: Mapping[str, object]
    table: Table
    note: str = ""

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            message = f"slug must be lower case words joined by dashes, got {self.slug!r}"
            raise ValueError(message)
        for name in ("title", "subtitle", "alt", "source"):
            if not getattr(self, name).strip():
                message = f"figure {self.slug}: {name} must not be blank"
                raise ValueError(message)


def inline(rows: Sequence[Mapping[str, object]]) -> alt.InlineData:
    """Wrap rows as inline chart data; numbers, text, booleans and ISO dates only."""
    return alt.InlineData(values=[dict(row) for row in rows])


def finished(chart: alt.TopLevelMixin) -> dict[str, object]:
    """Turn a chart into a specification in the site's style that names no outside address."""
    # Checking a chart against the schema takes longer than all else; that every chart draws is
    # tested in a browser.
    spec: dict[str, object] = chart.to_dict(validate=False)
    spec.pop("$schema", None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["config"] = CONFIG
    return spec


def safe_json(value: object) -> str:
    """Serialise data so that it can stand inside a ``script`` element.

    Escaping ``<``, ``>``, ``&`` and the two line separators keeps text such as ``</script>`` or
    ``<!--`` from ending or changing the element that holds the data.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
