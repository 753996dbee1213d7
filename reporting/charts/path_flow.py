"""Geometry of the flow chart: where customers go, from the start on the left to the outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from reporting import formats
from reporting.published import Row

START = "(start)"
OUTCOMES = ("(completed)", "(open)", "(abandoned)")
MOST_LINKS = 16
_WIDEST = 950.0
_LAYER_MOST, _LAYER_LEAST = 150.0, 88.0
_OUTCOME_LABEL = 110.0
_BAR = 12.0
_TALLEST = 130.0
_GAP = 12.0
_LINE = 14.0
_SIGN = 7.0
_TOP = 8.0


@dataclass(frozen=True, kw_only=True)
class Node:
    """A touchpoint, the start or an outcome: its bar and the lines of its label."""

    key: str
    kind: str
    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    count: str
    returns: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A ribbon from one node to a later one."""

    path: str
    width: float
    kind: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The whole drawing, in a box of ``width`` by ``height``, and what it leaves out."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    drawn_share: float
    returning: int

    def __bool__(self) -> bool:
        return bool(self.links)


def flow(
    transitions: Sequence[Row], names: Mapping[str, str], order: Mapping[str, int]
) -> Flow | None:
    """Lay out the most frequent transitions of one journey; moves back are counts, not ribbons.

    Parameters
    ----------
    transitions
        Rows of ``mart_journey_transitions`` of one journey, segment and period.
    names
        Display name by touchpoint.
    order
        Place of each touchpoint that the journey declares as a step.
    """
    counted = [(_ends(row), int(formats.as_number(row["transitions"]) or 0)) for row in transitions]
    counted.sort(key=lambda each: (-each[1], each[0]))
    layers = _layers(counted, order)
    ahead = [each for each in counted if layers[each[0][1]] > layers[each[0][0]]]
    drawn = _connected(ahead)
    if not drawn:
        return None
    back: dict[str, int] = {}
    for row in transitions:
        if returns := int(formats.as_number(row["return_count"]) or 0):
            entered = _ends(row)[1]
            back[entered] = back.get(entered, 0) + returns
    values = _values(drawn)
    columns = _columns(values, layers)
    scale = _TALLEST / max(values.values())
    bars, height = _place(columns, (values, _values(counted)), scale, names, back)
    links = _ribbons(drawn, bars, scale, names)
    width = (len(columns) - 1) * _spacing(len(columns)) + _BAR + _OUTCOME_LABEL
    everything = sum(count for _, count in counted)
    return Flow(
        width=width,
        height=height,
        nodes=tuple(bars.values()),
        links=links,
        drawn_share=sum(count for _, count in drawn) / everything,
        returning=sum(back.values()),
    )


def _ends(row: Row) -> tuple[str, str]:
    return str(row["from_touchpoint_id"]), str(row["to_touchpoint_id"])


def _layers(
    counted: Sequence[tuple[tuple[str, str], int]], order: Mapping[str, int]
) -> dict[str, int]:
    """Put declared steps in their order, others between two of them, behind the usual one before.

    What no declared step leads to stands behind the start.
    """
    met = {place for ends, _ in counted for place in ends}
    declared = sorted((order[place], place) for place in met if place in order)
    layers = {START: 0} | {place: 2 * rank for rank, (_, place) in enumerate(declared, start=1)}
    between = {}
    for place in sorted(met - layers.keys() - set(OUTCOMES)):
        entries = [(count, left) for (left, to), count in counted if to == place and left in layers]
        between[place] = layers[max(entries, default=(0, START))[1]] + 1
    layers |= between
    return layers | dict.fromkeys(OUTCOMES, max(layers.values()) + 1)


def _connected(
    ahead: Sequence[tuple[tuple[str, str], int]],
) -> list[tuple[tuple[str, str], int]]:
    """Keep the most frequent links, of those that hang together with the start."""
    kept = list(ahead[:MOST_LINKS])
    while True:
        entered = {to for (_, to), _ in kept} | {START}
        whole = [each for each in kept if each[0][0] in entered]
        if len(whole) == len(kept):
            return kept
        kept = whole


def _values(drawn: Sequence[tuple[tuple[str, str], int]]) -> dict[str, int]:
    into: dict[str, int] = {}
    out: dict[str, int] = {}
    for (left, entered), count in drawn:
        out[left] = out.get(left, 0) + count
        into[entered] = into.get(entered, 0) + count
    return {place: max(into.get(place, 0), out.get(place, 0)) for place in into | out}


def _columns(values: Mapping[str, int], layers: Mapping[str, int]) -> list[list[str]]:
    used = sorted({layers[place] for place in values})
    return [
        sorted(
            (place for place in values if layers[place] == layer),
            key=lambda place: (
                OUTCOMES.index(place) if place in OUTCOMES else -1,
                -values[place],
                place,
            ),
        )
        for layer in used
    ]


def _spacing(columns: int) -> float:
    """Return the distance of columns: as far apart as the page is wide, and labels stay legible."""
    room = (_WIDEST - _BAR - _OUTCOME_LABEL) / max(columns - 1, 1)
    return min(_LAYER_MOST, max(_LAYER_LEAST, room))


def _place(
    columns: Sequence[Sequence[str]],
    drawn_and_all: tuple[Mapping[str, int], Mapping[str, int]],
    scale: float,
    names: Mapping[str, str],
    back: Mapping[str, int],
) -> tuple[dict[str, Node], float]:
    """Stack the bars of each column so that no label meets another, centred on one axis."""
    values, whole = drawn_and_all
    spacing = _spacing(len(columns))
    signs = int((spacing - _BAR) / _SIGN)
    labels = {
        place: tuple(wrap(_name(place, names), signs, break_long_words=False))
        for column in columns
        for place in column
    }
    rooms = {
        place: max(values[place] * scale, (len(labels[place]) + 1 + (place in back)) * _LINE)
        for place in labels
    }
    tall = [sum(rooms[place] + _GAP for place in column) - _GAP for column in columns]
    height = max(tall) + 2 * _TOP
    bars: dict[str, Node] = {}
    for number, (column, own) in enumerate(zip(columns, tall, strict=True)):
        y = (height - own) / 2
        for place in column:
            bar = values[place] * scale
            returns = back.get(place, 0)
            bars[place] = Node(
                key=place,
                kind=place.strip("()") if place.startswith("(") else "touchpoint",
                x=round(number * spacing, 1),
                y=round(y + (rooms[place] - bar) / 2, 1),
                height=round(max(bar, 1.5), 1),
                lines=labels[place],
                count=formats.number(whole[place]),
                returns=f"↺ {formats.number(returns)}" if returns else "",
            )
            y += rooms[place] + _GAP
    return bars, round(height, 1)


def _ribbons(
    drawn: Sequence[tuple[tuple[str, str], int]],
    bars: Mapping[str, Node],
    scale: float,
    names: Mapping[str, str],
) -> tuple[Link, ...]:
    left_y = {place: bar.y for place, bar in bars.items()}
    right_y = dict(left_y)
    starts: dict[tuple[str, str], float] = {}
    ends: dict[tuple[str, str], float] = {}
    for pair, count in sorted(drawn, key=lambda each: (bars[each[0][1]].y, each[0])):
        starts[pair] = left_y[pair[0]] + count * scale / 2
        left_y[pair[0]] += count * scale
    for pair, count in sorted(drawn, key=lambda each: (bars[each[0][0]].y, each[0])):
        ends[pair] = right_y[pair[1]] + count * scale / 2
        right_y[pair[1]] += count * scale
    links = []
    for pair, count in drawn:
        left, right = bars[pair[0]].x + _BAR, bars[pair[1]].x
        middle = (left + right) / 2
        links.append(
            Link(
                path=f"M{left:.1f} {starts[pair]:.1f}C{middle:.1f} {starts[pair]:.1f} "
                f"{middle:.1f} {ends[pair]:.1f} {right:.1f} {ends[pair]:.1f}",
                width=round(max(count * scale, 1.0), 1),
                kind=bars[pair[1]].kind,
                title=f"{_name(pair[0], names)} to {_name(pair[1], names)}: "
                f"{formats.number(count)}",
            )
        )
    return tuple(links)


def _name(place: str, names: Mapping[str, str]) -> str:
    if place.startswith("("):
        return formats.sentence(place.strip("()"))
    return names.get(place, formats.label(place))
