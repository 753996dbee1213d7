"""The journey map: each journey step by step, as customers live it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting import formats, month_lists, personas, slices
from reporting.behind import MOST_LISTED, PERSONA, Listed, People, at_steps, lost_after
from reporting.charts import journey_map
from reporting.comparisons import Differences, differences
from reporting.page import Context, Page
from reporting.published import PublishedMarts, Row, Selection

_MAP_COLUMNS = (
    "journey_id", "journey_name", "segment", "step_number", "step_name", "touchpoint_id",
    "touchpoint_name", "stage_id", "instances", "share_of_start", "drop_off_rate", "hours_p50",
    "hours_p90", "hours_from_previous_p50", "expected_hours", "satisfaction", "satisfaction_n",
    "effort_easy_share",
    "effort_n", "positive_impact", "negative_impact", "comment_count", "is_make_or_break",
    "owner_team", "desired_outcome", "backstage_process", "importance", "importance_method",
    "importance_n", "rated_importance", "importance_gap", "importance_gap_rank",
    "rated_performance", "performance_gap", "performance_gap_rank",
)  # fmt: skip
_FUNNEL_COLUMNS = (
    "journey_id", "segment", "step_number", "step_name", "instances", "share_of_start",
    "share_of_previous", "dropped", "waiting", "is_significant_drop", "p_value", "counting_rule",
    "is_required",
)  # fmt: skip
_FELT = ("positive_impact", "negative_impact", "comment_count")
_PAIN_COLUMNS = (
    "touchpoint_id",
    "top_positive_theme",
    "top_negative_theme",
    "positive_quote",
    "negative_quote",
    "suggested_fix",
)


@dataclass(frozen=True, kw_only=True)
class _Shared:
    """What every journey is drawn with."""

    funnel: dict[str, dict[str, list[Row]]]
    voices: dict[str, Row]
    scale: float
    reached: People
    lost: People
    differences: dict[str, Differences]
    takers: dict[str, personas.Takers]
    months: month_lists.MonthLists
    minimum: int


def build(context: Context) -> dict[str, object]:
    """Collect map, funnel and comparison by segment of every journey, slice by slice."""
    steps = _read(context.marts, "marts.mart_journey_map", _MAP_COLUMNS)
    funnel = _read(context.marts, "marts.mart_journey_funnel", _FUNNEL_COLUMNS)
    voices = context.marts.select(
        "marts.mart_touchpoint_impact", _PAIN_COLUMNS, order_by="touchpoint_id"
    )
    maps = {key: own for key, own in _by_journey(steps.rows).items() if own[slices.ALL]}
    offered = [
        name
        for own in maps.values()
        for name in slices.offered(_sizes(own), context.minimum_sample_size)
    ]
    segments = slices.segments_of(offered)
    takers = personas.takers(context)
    named = personas.large_enough(takers.values(), context.minimum_sample_size)
    shared = _Shared(
        funnel=_by_journey(funnel.rows),
        voices={str(row["touchpoint_id"]): row for row in voices.rows},
        scale=max(
            (
                formats.as_number(row[f"{side}_impact"]) or 0.0
                for own in maps.values()
                for row in own[slices.ALL]
                for side in ("positive", "negative")
            ),
            default=0.0,
        ),
        reached=at_steps(context, segments, named),
        lost=lost_after(context, segments, named),
        differences=differences(context),
        takers=takers,
        months=month_lists.of_steps(context, month_lists.oldest_month(offered)),
        minimum=context.minimum_sample_size,
    )
    journeys = [_journey(key, own, shared) for key, own in maps.items()]
    return {
        "absence": steps.absence or (None if maps else "No data: no journey has been walked yet."),
        "minimum": context.minimum_sample_size,
        "choices": slices.choices(
            str(part["name"]) for journey in journeys for part in journey["slices"]
        ),
        "journeys": journeys,
        "behind": shared.months.data(),
        "views": _views(maps),
    }


def _views(maps: dict[str, dict[str, list[Row]]]) -> list[Row]:
    """List the steps that the company has rated, widest gap to the customers' view first."""
    rows = [
        row
        for own in maps.values()
        for row in own[slices.ALL]
        if row["rated_importance"] is not None or row["rated_performance"] is not None
    ]
    return sorted(
        rows,
        key=lambda row: (
            -max(
                abs(formats.as_number(row["performance_gap"]) or 0.0),
                abs(formats.as_number(row["importance_gap"]) or 0.0),
            ),
            row["performance_gap"] is None and row["importance_gap"] is None,
            str(row["journey_id"]),
            int(str(row["step_number"])),
        ),
    )


def _sizes(own: dict[str, list[Row]]) -> dict[str, int]:
    return {name: int(formats.as_number(rows[0]["instances"]) or 0) for name, rows in own.items()}


def _read(marts: PublishedMarts, table: str, columns: tuple[str, ...]) -> Selection:
    """Read a table whose rows are split by period in newer snapshots and were not in older ones."""
    periods = slices.period_columns(marts, table)
    order = ", ".join(("journey_id", "segment", *periods, "step_number"))
    return marts.select(table, (*columns, *periods), order_by=order)


def _by_journey(rows: tuple[Row, ...]) -> dict[str, dict[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["journey_id"]), []).append(row)
    return {key: slices.by_slice(own) for key, own in found.items()}


def _journey(key: str, own: dict[str, list[Row]], shared: _Shared) -> dict[str, Any]:
    whole = own[slices.ALL]
    funnel = shared.funnel.get(key, {})
    sizes = _sizes(own)
    started = bool(sizes[slices.ALL])
    return {
        "id": key,
        "name": whole[0]["journey_name"],
        "owner": whole[0]["owner_team"],
        "started": started,
        "slices": [
            *(
                _slice(name, own[name], whole, funnel.get(name, []), shared)
                for name in slices.offered(sizes, shared.minimum)
            ),
            *_personas(whole, funnel.get(slices.ALL, []), shared.takers.get(key), shared),
        ]
        if started
        else [],
        "takers": shared.takers.get(key),
        "counting_rule": next((row["counting_rule"] for row in funnel.get(slices.ALL, [])), ""),
        "segments": _by_segment(funnel),
        "differences": shared.differences.get(key),
    }


def _personas(
    whole: list[Row], funnel: list[Row], takers: personas.Takers | None, shared: _Shared
) -> list[dict[str, object]]:
    """Draw the map of each persona that has enough journeys."""
    found = []
    for persona in personas.large_enough([takers] if takers else [], shared.minimum):
        own = takers.steps[persona] if takers else []
        part = _slice(
            f"{PERSONA}{persona}|all",
            personas.map_rows(persona, own, whole),
            whole,
            personas.funnel_rows(persona, own, funnel),
            shared,
        )
        found.append(part | {"headline": personas.headline(own[0])})
    return found


def _slice(
    name: str, steps: list[Row], whole: list[Row], funnel: list[Row], shared: _Shared
) -> dict[str, object]:
    """Put what the slice counts beside what is only known of everybody: comments."""
    flags = {row["step_number"]: row for row in funnel}
    felt = {row["step_number"]: row for row in whole}
    lived = [
        row | {side: felt[row["step_number"]][side] for side in _FELT}
        for row in steps
        if row["step_number"] in felt
    ]
    segment, period = name.split("|")
    people = period == "all"
    return {
        "name": name,
        "is_persona": segment.startswith(PERSONA),
        "headline": _headline(funnel),
        "steps": [
            {
                "row": row,
                "voice": shared.voices.get(str(row["touchpoint_id"]), {}),
                "time": journey_map.time_bar(row),
                "funnel": flags.get(row["step_number"]),
            }
            for row in lived
        ],
        "volume": journey_map.volume_lane(lived),
        "emotion": journey_map.emotion_lane(lived, scale=shared.scale),
        "satisfaction": journey_map.satisfaction_lane(lived, minimum=shared.minimum),
        "funnel": [
            {
                "row": row,
                "reached": shared.reached.get((segment, row["journey_id"], row["step_number"]), [])
                if people
                else [],
                "lost": _lost(row, segment, funnel, shared.lost) if people else [],
                "reached_later": shared.months.opened(
                    row["journey_id"], name, [("reached", row["step_number"])]
                ),
                "lost_later": shared.months.opened(
                    row["journey_id"], name, [("lost", step) for step in _lost_at(row, funnel)]
                ),
            }
            for row in funnel
        ],
    }


def _lost_at(row: Row, funnel: list[Row]) -> list[object]:
    """Return the last steps of those who were lost before a required step.

    Steps count in order only, so whoever reached a later step has reached this one; the steps
    before it go back to the last required one.
    """
    if not row["dropped"] or not row["is_required"]:
        return []
    before = [step for step in funnel if step["step_number"] < row["step_number"]]  # type: ignore[operator]
    required = [step["step_number"] for step in before if step["is_required"]]
    first = max((int(str(number)) for number in required), default=0)
    return [step["step_number"] for step in before if int(str(step["step_number"])) >= first]


def _lost(row: Row, segment: str, funnel: list[Row], lost: People) -> list[Listed]:
    """List who was lost before a required step: those who got no further than the steps before."""
    found = [
        each
        for step in _lost_at(row, funnel)
        for each in lost.get((segment, row["journey_id"], step), [])
    ]
    return found[:MOST_LISTED]


def _headline(funnel: list[Row]) -> str:
    """Say in one sentence how the journey ends and where it loses people."""
    if not funnel or not funnel[0]["instances"]:
        return "No journey of this kind has started in this snapshot."
    last = funnel[-1]
    text = (
        f"{formats.percent(last['share_of_start'])} of {formats.number(funnel[0]['instances'])} "
        f"reach “{last['step_name']}”"
    )
    drops = [row for row in funnel if row["is_significant_drop"]]
    if not drops:
        return f"{text}; no step loses significantly more than the one before it."
    worst = max(
        drops,
        key=lambda row: (formats.as_number(row["dropped"]) or 0.0, -int(str(row["step_number"]))),
    )
    return (
        f"{text}; most are lost before “{worst['step_name']}” ({formats.number(worst['dropped'])})."
    )


def _by_segment(funnel: dict[str, list[Row]]) -> dict[str, object] | None:
    """Arrange share of start by segment and step; None when only the whole is known."""
    rows = [row for name, own in funnel.items() if name.endswith("|all") for row in own]
    segments = [
        name for name in dict.fromkeys(str(row["segment"]) for row in rows) if name != "all"
    ]
    if not segments:
        return None
    cells = {(str(row["segment"]), row["step_number"]): row for row in rows}
    numbers = sorted({int(str(row["step_number"])) for row in rows})
    names = {int(str(row["step_number"])): row["step_name"] for row in rows}
    return {
        "steps": [names[number] for number in numbers],
        "rows": [
            (name, [cells.get((name, number)) for number in numbers]) for name in ("all", *segments)
        ],
    }


PAGE = Page(
    slug="journeys",
    title="Journey map",
    navigation="Journey map",
    audience="CX management",
    order=30,
    summary="Each journey as customers live it: how many get how far, how long it takes, and how "
    "it feels.",
    build=build,
)
