"""Who takes a journey: personas and states of the relationship, as they were when it began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reporting import formats
from reporting.behind import PERSONA, Listed, of_personas
from reporting.page import Context
from reporting.published import Row

TABLE = "marts.mart_journey_personas"
_COLUMNS = (
    "journey_id", "designed_persona", "dimension", "dimension_value", "persona_basis",
    "is_designed_for", "step_number", "step_name", "is_required", "instances", "completed",
    "abandoned", "open_instances", "share_of_known", "designed_share", "share_of_start",
    "completion_rate", "completion_lower", "completion_upper", "dropped", "drop_off_rate",
    "hours_p50", "hours_p90", "late_share", "timed_count", "satisfaction", "satisfaction_n",
    "others_rate", "difference", "adjusted_p_value", "is_too_few", "is_different",
)  # fmt: skip
# What is not told apart by persona, and must not be taken for everybody's.
_NOT_SPLIT = (
    "hours_from_previous_p50", "effort_easy_share", "importance_gap", "performance_gap",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Taker:
    """One persona, or one state of the relationship, and how the journey goes for it.

    Parameters
    ----------
    row
        The figures of the journey as a whole.
    people
        The newest of the customers.
    """

    row: Row
    people: list[Listed]


@dataclass(frozen=True, kw_only=True)
class Takers:
    """Everybody who takes one journey.

    Parameters
    ----------
    designed_persona
        Whom the company designed it for, in its own words.
    dimensions
        Name of the dimension, share that it is designed for, and its values, most frequent first.
    steps
        Rows by persona, the whole journey at step 0.
    """

    designed_persona: object
    dimensions: list[tuple[str, object, list[Taker]]]
    steps: dict[str, list[Row]]


def takers(context: Context) -> dict[str, Takers]:
    """Collect who takes each journey."""
    rows = context.marts.select(
        TABLE, _COLUMNS,
        order_by="journey_id, dimension desc, dimension_value = 'unassigned', dimension_value,"
        " step_number",
    ).rows  # fmt: skip
    people = of_personas(context)
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["journey_id"]), []).append(row)
    return {journey: _takers(own, people) for journey, own in found.items()}


def _takers(rows: list[Row], people: dict[tuple[object, ...], list[Listed]]) -> Takers:
    dimensions = []
    for dimension in dict.fromkeys(str(row["dimension"]) for row in rows):
        whole = [row for row in rows if row["dimension"] == dimension and row["step_number"] == 0]
        whole.sort(
            key=lambda row: (
                row["dimension_value"] == "unassigned",
                -int(str(row["instances"])),
                str(row["dimension_value"]),
            )
        )
        named = [
            Taker(
                row=row,
                people=people.get((row["journey_id"], dimension, row["dimension_value"]), []),
            )
            for row in whole
        ]
        dimensions.append((dimension, whole[0]["designed_share"], named))
    steps: dict[str, list[Row]] = {}
    for row in rows:
        if row["dimension"] == "persona":
            steps.setdefault(str(row["dimension_value"]), []).append(row)
    return Takers(designed_persona=rows[0]["designed_persona"], dimensions=dimensions, steps=steps)


def large_enough(everyone: Iterable[Takers], minimum: int) -> list[str]:
    """Return the personas that have enough journeys of some kind to be drawn a map of."""
    return sorted(
        {
            persona
            for each in everyone
            for persona, rows in each.steps.items()
            if int(str(rows[0]["instances"])) >= minimum
        }
    )


def map_rows(persona: str, rows: list[Row], whole: list[Row]) -> list[Row]:
    """Put the figures of a persona into the rows of the map of everybody."""
    own = {row["step_number"]: row for row in rows}
    found = []
    for step in whole:
        row = own[step["step_number"]]
        start = row["step_number"] == 0
        found.append(
            step
            | dict.fromkeys(_NOT_SPLIT)
            | {
                "segment": PERSONA + persona,
                "is_persona": True,
                "instances": row["instances"],
                "share_of_start": row["share_of_start"],
                "drop_off_rate": row["drop_off_rate"],
                # Step 0 of the mart is the journey as a whole, that of the map its start.
                "hours_p50": None if start else row["hours_p50"],
                "hours_p90": None if start else row["hours_p90"],
                "satisfaction": None if start else row["satisfaction"],
                "satisfaction_n": 0 if start else row["satisfaction_n"],
                "effort_n": 0,
            }
        )
    return found


def funnel_rows(persona: str, rows: list[Row], whole: list[Row]) -> list[Row]:
    """Put the figures of a persona into the rows of the funnel of everybody."""
    own = {row["step_number"]: row for row in rows}
    return [
        step
        | {
            "segment": PERSONA + persona,
            "instances": own[step["step_number"]]["instances"],
            "share_of_start": own[step["step_number"]]["share_of_start"],
            "share_of_previous": None,
            "dropped": own[step["step_number"]]["dropped"] or 0,
            "waiting": None,
            "is_significant_drop": False,
            "p_value": None,
            "versus": _versus(own[step["step_number"]]),
        }
        for step in whole
    ]


def _versus(row: Row) -> str:
    """Say how many are lost before a step beside the other customers."""
    if row["step_number"] == 0 or row["drop_off_rate"] is None or row["others_rate"] is None:
        return ""
    both = (
        f"{formats.percent(row['drop_off_rate'])} lost, {formats.percent(row['others_rate'])} of "
        "the other customers"
    )
    return f"{both}: {verdict(row)}"


def verdict(row: Row) -> str:
    """Say whether a difference from the other customers holds."""
    if row["is_too_few"]:
        return "too few to tell"
    return "more than chance" if row["is_different"] else "within chance"


def headline(row: Row) -> str:
    """Say how a journey ends for a persona, beside the others."""
    name = formats.label(row["dimension_value"])
    over = int(str(row["completed"])) + int(str(row["abandoned"]))
    text = f"{name} at the start: {formats.number(row['instances'])} journeys"
    if not over:
        return f"{text}, none of which is over."
    text = (
        f"{text}; {formats.percent(row['completion_rate'])} of those that are over were completed "
        f"({formats.interval(row['completion_lower'], row['completion_upper'])})"
    )
    if row["others_rate"] is None:
        return f"{text}."
    return f"{text}, {formats.percent(row['others_rate'])} of the other customers’: {verdict(row)}."
