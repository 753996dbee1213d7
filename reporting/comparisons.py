"""What differs between groups of journeys, and holds after the correction for many comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reporting import formats
from reporting.page import Context
from reporting.published import Row

MOST_PER_PAIR = 5
_TABLE = "marts.mart_journey_comparisons"
_COLUMNS = (
    "journey_id", "comparison", "first_side", "second_side", "measure_kind", "measure",
    "first_count", "first_instances", "first_share", "second_count", "second_instances",
    "second_share", "difference", "adjusted_p_value",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference in words.

    Parameters
    ----------
    sides
        Who is compared with whom.
    what
        What they do differently.
    row
        The figures.
    """

    sides: str
    what: str
    row: Row


@dataclass(frozen=True, kw_only=True)
class Differences:
    """The differences of one journey.

    Parameters
    ----------
    shown
        Those that hold, the largest of each pair of groups.
    holding, compared
        How many hold, and how many were looked at.
    """

    shown: tuple[Difference, ...]
    holding: int
    compared: int


def differences(context: Context) -> dict[str, Differences]:
    """Collect what holds, by journey; an undeclared touchpoint is told once, as a touchpoint."""
    once = "not (measure_kind = 'deviation' and starts_with(measure, 'undeclared '))"
    every = context.marts.counts(_TABLE, ("journey_id", "is_significant"), where=once)
    held = context.marts.select(
        _TABLE, _COLUMNS, where=f"is_significant and {once}",
        order_by="journey_id, comparison, first_side, abs(difference) desc,"
        " measure_kind = 'touchpoint', measure_kind, measure",
    )  # fmt: skip
    steps = _steps(context)
    counts: dict[str, dict[bool, int]] = {}
    for row in every.rows:
        own = counts.setdefault(str(row["journey_id"]), {})
        own[bool(row["is_significant"])] = int(str(row["row_count"]))
    found: dict[str, list[Difference]] = {}
    pairs: dict[tuple[object, ...], set[tuple[object, object]]] = {}
    for row in held.rows:
        told = pairs.setdefault((row["journey_id"], row["comparison"], row["first_side"]), set())
        counts_of_row = (row["first_count"], row["second_count"])
        if counts_of_row in told or _is_the_outcome(row) or len(told) >= MOST_PER_PAIR:
            continue
        told.add(counts_of_row)
        each = Difference(sides=_sides(row), what=_what(context, row, steps), row=row)
        found.setdefault(str(row["journey_id"]), []).append(each)
    return {
        journey: Differences(
            shown=tuple(found.get(journey, ())),
            holding=own.get(True, 0),
            compared=own.get(True, 0) + own.get(False, 0),
        )
        for journey, own in counts.items()
    }


def _is_the_outcome(row: Row) -> bool:
    """Tell whether a difference says only that completed journeys were completed."""
    return row["comparison"] == "outcome" and row["first_share"] == 1 and row["second_share"] == 0


def _steps(context: Context) -> dict[tuple[str, str], str]:
    rows = context.marts.select(
        "marts.mart_journey_map",
        ("journey_id", "step_number", "step_name"),
        where="segment = 'all'",
        order_by="journey_id, step_number, step_name",
    ).rows
    return {
        (str(row["journey_id"]), str(row["step_number"])): str(row["step_name"]) for row in rows
    }


def _sides(row: Row) -> str:
    comparison = str(row["comparison"])
    if comparison == "segment":
        return f"{formats.label(row['first_side'])} against the rest"
    if comparison == "outcome":
        return "Completed against given up"
    if comparison in {"month", "quarter"}:
        first, second = (
            formats.period(date.fromisoformat(str(row[side])), comparison)
            for side in ("first_side", "second_side")
        )
        return f"{first} against {second}"
    # What a company declares, by the values of its own row.
    second = "the others" if row["second_side"] == "others" else formats.label(row["second_side"])
    return f"{formats.label(row['first_side'])} against {second}"


def _what(context: Context, row: Row, steps: dict[tuple[str, str], str]) -> str:
    measure = str(row["measure"])
    if row["measure_kind"] == "step":
        return f"Reach “{steps.get((str(row['journey_id']), measure), measure)}”"
    if row["measure_kind"] == "transition":
        return " → ".join(context.touchpoint(place) for place in measure.split(" > "))
    if row["measure_kind"] == "touchpoint":
        return f"Come to {context.touchpoint(measure)}"
    words = measure.split(" ")
    return f"{formats.label(words[0])}: {context.touchpoint(words[1])}"
