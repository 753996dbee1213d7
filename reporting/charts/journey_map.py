"""Geometry of the journey map: the lanes of one journey, drawn across its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reporting import formats
from reporting.published import Row

# Lanes are drawn in a box of 100 units a step by 100 units high; the style sheet stretches it.
_STEP = 100.0
_HEIGHT = 100.0


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Shapes of one lane, as SVG point lists in a box of ``width`` by 100."""

    width: float
    areas: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...]
    dots: tuple[tuple[str, float, float], ...]


def _centres(count: int) -> list[float]:
    return [_STEP * index + _STEP / 2 for index in range(count)]


def volume_lane(steps: Sequence[Row]) -> Lane:
    """Draw how many journeys are left as a band that narrows from step to step."""
    shares = [formats.as_number(step["share_of_start"]) or 0.0 for step in steps]
    centres = _centres(len(steps))
    across = [0.0, *centres, _STEP * len(steps)]
    heights = [shares[0], *shares, shares[-1]] if shares else []
    top = [(x, _HEIGHT / 2 - share * 42) for x, share in zip(across, heights, strict=False)]
    bottom = [(x, _HEIGHT / 2 + share * 42) for x, share in zip(across, heights, strict=False)]
    return Lane(
        width=_STEP * len(steps),
        areas=(("volume", _points([*top, *reversed(bottom)])),),
        lines=(),
        dots=(),
    )


def emotion_lane(steps: Sequence[Row], *, scale: float) -> Lane:
    """Draw positive feeling above and negative below one axis, never netted.

    Parameters
    ----------
    steps
        Steps of one journey in order, rows of ``mart_journey_map``.
    scale
        Impact that reaches the edge of the lane; the same for all journeys, so that they compare.
    """
    places = list(zip(_centres(len(steps)), steps, strict=True))
    areas, lines, dots = [], [], []
    for side, sign in (("positive", -1), ("negative", 1)):
        # A line along the axis would look like a feeling, where nobody has commented.
        for is_felt, run in groupby(places, key=lambda place: _is_felt(place[1])):
            if not is_felt:
                continue
            curve = []
            for x, step in run:
                value = formats.as_number(step[f"{side}_impact"]) or 0.0
                y = _HEIGHT / 2 + sign * 44 * min(1.0, value / scale) if scale else _HEIGHT / 2
                curve.append((x, y))
                dots += [(side, x, round(y, 2))] if value else []
            if len(curve) > 1:
                closed = [(curve[0][0], _HEIGHT / 2), *curve, (curve[-1][0], _HEIGHT / 2)]
                areas.append((side, _points(closed)))
                lines.append((side, _points(curve)))
    return Lane(width=_STEP * len(steps), areas=tuple(areas), lines=tuple(lines), dots=tuple(dots))


def _is_felt(step: Row) -> bool:
    return any(formats.as_number(step[f"{side}_impact"]) for side in ("positive", "negative"))


def satisfaction_lane(steps: Sequence[Row], *, minimum: int) -> Lane:
    """Draw the share of satisfied answers, a line from 0 to 100%, broken where too few answered.

    Parameters
    ----------
    steps
        Steps of one journey in order, rows of ``mart_journey_map``.
    minimum
        Answers below which a share is not shown.
    """
    lines: list[tuple[str, str]] = []
    dots: list[tuple[str, float, float]] = []
    run: list[tuple[float, float]] = []
    for x, step in zip(_centres(len(steps)), steps, strict=True):
        share = formats.as_number(step["satisfaction"])
        answers = formats.as_number(step["satisfaction_n"]) or 0
        if share is None or answers < minimum:
            lines += [("satisfied", _points(run))] if len(run) > 1 else []
            run = []
            continue
        run.append((x, _HEIGHT * (1 - share)))
        dots.append(("satisfied", x, round(_HEIGHT * (1 - share), 2)))
    lines += [("satisfied", _points(run))] if len(run) > 1 else []
    return Lane(width=_STEP * len(steps), areas=(), lines=tuple(lines), dots=tuple(dots))


def _points(corners: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.2f}" for x, y in corners)


@dataclass(frozen=True, kw_only=True)
class TimeBar:
    """Where typical, slow and expected time of a step lie, as percentages of the bar."""

    typical: float
    slow: float
    expected: float | None


def time_bar(step: Row) -> TimeBar | None:
    """Place p50, p90 and the expected time of one step on a common line from zero."""
    typical, slow = formats.as_number(step["hours_p50"]), formats.as_number(step["hours_p90"])
    expected = formats.as_number(step["expected_hours"])
    if typical is None or slow is None:
        return None
    longest = max(typical, slow, expected or 0.0)
    if longest <= 0:
        return None
    return TimeBar(
        typical=round(100 * typical / longest, 1),
        slow=round(100 * slow / longest, 1),
        expected=None if expected is None else round(100 * expected / longest, 1),
    )
