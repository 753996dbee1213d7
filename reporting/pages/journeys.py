"""The journey map: each journey step by step, as customers live it."""

from __future__ import annotations

from reporting import formats
from reporting.charts import journey_map
from reporting.page import Context, Page
from reporting.published import Row, Selection

_MAP_COLUMNS = (
    "journey_id", "journey_name", "segment", "step_number", "step_name", "touchpoint_id",
    "touchpoint_name", "stage_id", "instances", "share_of_start", "drop_off_rate", "hours_p50",
    "hours_p90", "hours_from_previous_p50", "expected_hours", "satisfaction", "satisfaction_n",
    "effort_easy_share",
    "effort_n", "positive_impact", "negative_impact", "comment_count", "is_make_or_break",
    "owner_team", "desired_outcome", "backstage_process",
)  # fmt: skip
_FUNNEL_COLUMNS = (
    "journey_id", "segment", "step_number", "step_name", "instances", "customers", "share_of_start",
    "share_of_previous", "dropped", "waiting", "is_significant_drop", "p_value", "counting_rule",
)  # fmt: skip
_PAIN_COLUMNS = (
    "touchpoint_id",
    "top_positive_theme",
    "top_negative_theme",
    "positive_quote",
    "negative_quote",
    "suggested_fix",
)


def build(context: Context) -> dict[str, object]:
    """Collect map, funnel and comparison by segment of every journey."""
    steps = context.marts.select(
        "marts.mart_journey_map",
        _MAP_COLUMNS,
        where="period_grain = 'all'",
        order_by="journey_id, segment, step_number",
    )
    funnel = context.marts.select(
        "marts.mart_journey_funnel",
        _FUNNEL_COLUMNS,
        where="period_grain = 'all'",
        order_by="journey_id, segment, step_number",
    )
    voices = context.marts.select(
        "marts.mart_touchpoint_impact", _PAIN_COLUMNS, order_by="touchpoint_id"
    )
    by_touchpoint = {str(row["touchpoint_id"]): row for row in voices.rows}
    whole = [row for row in steps.rows if row["segment"] == "all"]
    scale = max(
        (
            formats.as_number(row[f"{side}_impact"]) or 0.0
            for row in whole
            for side in ("positive", "negative")
        ),
        default=0.0,
    )
    names = dict.fromkeys(str(row["journey_id"]) for row in whole)
    return {
        "absence": steps.absence or (None if whole else "No data: no journey has been walked yet."),
        "minimum": context.minimum_sample_size,
        "journeys": [_journey(key, whole, funnel, scale, by_touchpoint) for key in names],
    }


def _journey(
    key: str, whole: list[Row], funnel: Selection, scale: float, voices: dict[str, Row]
) -> dict[str, object]:
    steps = [row for row in whole if row["journey_id"] == key]
    own = [row for row in funnel.rows if row["journey_id"] == key]
    main = [row for row in own if row["segment"] == "all"]
    flags = {row["step_number"]: row for row in main}
    started = bool(formats.as_number(steps[0]["instances"]))
    return {
        "id": key,
        "name": steps[0]["journey_name"],
        "owner": steps[0]["owner_team"],
        "started": started,
        "headline": _headline(main),
        "steps": [
            {
                "row": row,
                "voice": voices.get(str(row["touchpoint_id"]), {}),
                "time": journey_map.time_bar(row),
                "funnel": flags.get(row["step_number"]),
            }
            for row in steps
        ],
        "volume": journey_map.volume_lane(steps),
        "emotion": journey_map.emotion_lane(steps, scale=scale),
        "funnel": main,
        "counting_rule": main[0]["counting_rule"] if main else "",
        "segments": _by_segment(own),
    }


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


def _by_segment(rows: list[Row]) -> dict[str, object] | None:
    """Arrange share of start by segment and step; None when only the whole is known."""
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
