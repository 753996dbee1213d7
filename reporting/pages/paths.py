"""Real paths: the ways that customers really take through each journey."""

from __future__ import annotations

from reporting import formats, month_lists, slices
from reporting.behind import People, deviating, on_variants
from reporting.charts.path_flow import flow
from reporting.page import Context, Page
from reporting.published import PublishedMarts, Row

MOST_VARIANTS = 8
MOST_DEVIATIONS = 10
MOST_TRANSITIONS = 30
_KEY = ("journey_id", "segment", "period_grain", "period_start")
_ORDER = "journey_id, segment, period_grain, period_start"
_TRANSITION_COLUMNS = (
    *_KEY, "from_touchpoint_id", "to_touchpoint_id", "transition_kind", "transitions",
    "share_of_from", "return_count", "channel_switch_count", "hand_off_count", "hours_p50",
    "hours_p90",
)  # fmt: skip
_VARIANT_COLUMNS = (
    *_KEY, "variant_rank", "variant_id", "path", "variant_count", "instances", "share",
    "completed", "abandoned", "open_instances", "completion_rate", "duration_hours_p50",
)  # fmt: skip
_DEVIATION_COLUMNS = (
    *_KEY, "deviation", "step_number", "touchpoint_id", "instances", "share",
    "completion_rate", "completion_rate_without",
)  # fmt: skip
_CONFORMANCE_COLUMNS = (
    *_KEY, "instances", "completed", "abandoned", "open_instances", "fitness", "in_order_share",
    "in_order_lower", "in_order_upper", "as_designed_share", "return_share",
)  # fmt: skip
MEANINGS = {
    "skipped": "required, without a visit, though the journey was completed or went on",
    "out_of_order": "visited, but not in its turn",
    "repeated": "required and visited more than once",
    "late": "reached later than expected",
    "undeclared": "on the way, though the design does not know it",
}
Sliced = dict[str, list[Row]]


def build(context: Context) -> dict[str, object]:
    """Collect flow, variants, deviations and conformance of every journey, slice by slice."""
    conformance = context.marts.select(
        "marts.mart_journey_conformance", _CONFORMANCE_COLUMNS, order_by=_ORDER
    )
    parts = _parts(context.marts) | {"conformance": _by_journey(conformance.rows)}
    names, order = _declared(context)
    shown = {
        journey: slices.offered(
            {name: slices.size(rows, "instances") for name, rows in own.items()},
            context.minimum_sample_size,
        )
        for journey, own in parts["conformance"].items()
        if own[slices.ALL]
    }
    every = [name for offered in shown.values() for name in offered]
    segments = slices.segments_of(every)
    people = _people(context, parts, segments)
    months = month_lists.of_paths(
        context, month_lists.oldest_month(every), _variants(parts, of_all_time=False)
    )
    journeys = [
        {
            "id": journey,
            "name": names.get(journey, formats.label(journey)),
            "slices": [
                _slice(context, journey, name, parts, (people, months), order.get(journey, {}))
                for name in offered
            ],
        }
        for journey, offered in shown.items()
    ]
    return {
        "absence": conformance.absence
        or (None if journeys else "No data: no journey has been walked yet."),
        "minimum": context.minimum_sample_size,
        "choices": slices.choices(every),
        "meanings": MEANINGS,
        "journeys": journeys,
        "behind": months.data(),
    }


def _parts(marts: PublishedMarts) -> dict[str, dict[str, Sliced]]:
    """Read what is shown of each journey, by slice."""
    return {
        "transitions": _by_journey(
            marts.select(
                "marts.mart_journey_transitions", _TRANSITION_COLUMNS,
                order_by=f"{_ORDER}, transitions desc, from_touchpoint_id, to_touchpoint_id",
            ).rows
        ),
        "variants": _by_journey(
            marts.select(
                "marts.mart_journey_variants", _VARIANT_COLUMNS,
                order_by=f"{_ORDER}, variant_rank, variant_id",
            ).rows
        ),
        "deviations": _by_journey(
            marts.select(
                "marts.mart_journey_deviations", _DEVIATION_COLUMNS,
                order_by=f"{_ORDER}, instances desc, deviation, step_number, touchpoint_id",
            ).rows
        ),
    }  # fmt: skip


def _by_journey(rows: tuple[Row, ...]) -> dict[str, Sliced]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["journey_id"]), []).append(row)
    return {journey: slices.by_slice(own) for journey, own in found.items()}


def _declared(context: Context) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Return the name of each journey and the place of each touchpoint that it declares."""
    names: dict[str, str] = {}
    order: dict[str, dict[str, int]] = {}
    for row in context.marts.select(
        "marts.mart_journey_map",
        ("journey_id", "journey_name", "step_number", "touchpoint_id"),
        where="segment = 'all'",
        order_by="journey_id, step_number, touchpoint_id",
    ).rows:
        journey = str(row["journey_id"])
        names.setdefault(journey, str(row["journey_name"]))
        places = order.setdefault(journey, {})
        places.setdefault(str(row["touchpoint_id"]), int(str(row["step_number"])))
    return names, order


def _people(
    context: Context, parts: dict[str, dict[str, Sliced]], segments: tuple[str, ...]
) -> People:
    """List the customers behind the variants and deviations that are shown of all time."""
    variants = _variants(parts, of_all_time=True)
    return on_variants(context, variants, segments) | deviating(context, segments)


def _variants(parts: dict[str, dict[str, Sliced]], *, of_all_time: bool) -> list[object]:
    """Name the variants that are shown of all time, or of any month."""
    found = {
        row["variant_id"]
        for own in parts["variants"].values()
        for name, rows in own.items()
        if name.endswith("|all") == of_all_time
        for row in rows[: MOST_VARIANTS + 1]
    }
    return sorted(found, key=str)


def _slice(
    context: Context,
    journey: str,
    name: str,
    parts: dict[str, dict[str, Sliced]],
    behind: tuple[People, month_lists.MonthLists],
    order: dict[str, int],
) -> dict[str, object]:
    own = {part: rows.get(journey, {}).get(name, []) for part, rows in parts.items()}
    segment, period = name.split("|")
    people, months = behind
    listed = people if period == "all" else {}
    variants = own["variants"][:MOST_VARIANTS]
    return {
        "name": name,
        "flow": flow(own["transitions"], context.touchpoint_names, order),
        "conformance": own["conformance"][0],
        "transitions": own["transitions"][:MOST_TRANSITIONS] if name == slices.ALL else [],
        "transition_total": len(own["transitions"]),
        "variants": [
            {
                "row": row,
                "path": _path(context, row),
                "people": listed.get((segment, journey, row["variant_id"]), []),
                "later": months.opened(journey, name, [("variant", row["variant_id"])]),
            }
            for row in variants
        ],
        "variant_total": sum(int(str(row["variant_count"])) for row in own["variants"]),
        "variant_shown": sum(int(str(row["variant_count"])) for row in variants),
        "deviations": [
            {
                "row": row,
                "people": listed.get(
                    (segment, journey, row["deviation"], row["touchpoint_id"]), []
                ),
                "later": months.opened(
                    journey, name, [("deviation", row["deviation"], row["touchpoint_id"])]
                ),
            }
            for row in own["deviations"][:MOST_DEVIATIONS]
        ],
        "deviation_total": len(own["deviations"]),
    }


def _path(context: Context, row: Row) -> list[str]:
    if row["variant_id"] == "(other)":
        return [f"{formats.number(row['variant_count'])} rarer paths together"]
    return [context.touchpoint(place) for place in str(row["path"]).split(" > ")]


PAGE = Page(
    slug="paths",
    title="Real paths",
    navigation="Real paths",
    audience="CX management",
    order=35,
    summary="The ways that customers really take through each journey, where they turn back, and "
    "what becomes of those who leave the designed path.",
    build=build,
)
