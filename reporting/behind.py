"""Who stands behind a figure: the customers of a step, a loss, a variant or a deviation.

Every list is cut to the newest few and says how many there are in all. The figures themselves come
from the marts; here only the rows of published instances are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reporting import formats
from reporting.page import Context
from reporting.published import Row

MOST_LISTED = 12
_NEWEST = "started_at desc, journey_instance_id"
JOURNEYS = "marts.fct_journeys"
STEPS = "marts.fct_journey_steps"
DEVIATIONS = "marts.fct_journey_deviations"
_PERSONAS = "marts.fct_journey_personas"
EVERYBODY = "all"
# Personas are told from segments of the same name.
PERSONA = "persona:"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One journey of one customer.

    Parameters
    ----------
    customer_id, customer_label
        The customer, as published.
    what
        When it was and how it stands, in words.
    """

    customer_id: object
    customer_label: object
    what: str


People = dict[tuple[object, ...], list[Listed]]


def at_steps(
    context: Context, segments: Sequence[str] = (), personas: Sequence[str] = ()
) -> People:
    """List who reached each step, newest first, by segment or persona, journey and step."""
    columns = ("journey_id", "step_number", "customer_id", "reached_at", "hours_from_start")
    keys = ("journey_id", "step_number")
    order = "reached_at desc, journey_step_id"
    known = "marts.mart_customer_360" in context.marts.tables
    people = _listed(
        context, STEPS, columns, (EVERYBODY, *segments) if known else (EVERYBODY,), _reached,
        keys=keys, order_by=order,
        of_segment="customer_id in (select members.customer_id from marts.mart_customer_360 as"
        " members where coalesce(members.segment, 'unknown') = $segment)",
    )  # fmt: skip
    if _PERSONAS in context.marts.tables:
        people |= _listed(
            context, STEPS, columns, personas, _reached, keys=keys, order_by=order,
            of_segment="journey_instance_id in (select who.journey_instance_id"
            f" from {_PERSONAS} as who where who.persona_id = $segment)", prefix=PERSONA,
        )  # fmt: skip
    return people


def lost_after(
    context: Context, segments: Sequence[str] = (), personas: Sequence[str] = ()
) -> People:
    """List whose journey was given up after each step, by segment or persona and last step."""
    columns = ("journey_id", "last_step_number", "customer_id", "started_at", "outcome")
    keys = ("journey_id", "last_step_number")
    people = _listed(
        context, JOURNEYS, columns, (EVERYBODY, *segments), started_words, keys=keys,
        where="outcome = 'abandoned'",
    )  # fmt: skip
    return people | _listed(
        context, _PERSONAS, columns, personas, started_words, keys=keys,
        where="outcome = 'abandoned'", of_segment="persona_id = $segment", prefix=PERSONA,
    )  # fmt: skip


def of_personas(context: Context) -> People:
    """List whose journeys they are, by journey, dimension and value as of the start."""
    people: People = {}
    for dimension, column in (("persona", "persona_id"), ("lifecycle_state", "lifecycle_state")):
        found = context.marts.select(
            _PERSONAS, ("journey_id", column, "customer_id", "started_at", "outcome"),
            where="customer_id is not null", order_by=_NEWEST,
            first_per=("journey_id", column), most_per=MOST_LISTED,
        )  # fmt: skip
        rows = tuple(row | {"dimension": dimension} for row in found.rows)
        people |= _people(context, rows, ("journey_id", "dimension", column), started_words)
    return people


def on_variants(context: Context, variants: list[object], segments: Sequence[str] = ()) -> People:
    """List who took each of the given paths, newest first, by segment, journey and variant."""
    if not context.marts.has_column(JOURNEYS, "variant_id"):
        return {}
    return _listed(
        context, JOURNEYS, ("journey_id", "variant_id", "customer_id", "started_at", "outcome"),
        (EVERYBODY, *segments), started_words, keys=("journey_id", "variant_id"),
        where="list_contains($variants, variant_id)", parameters={"variants": variants},
    )  # fmt: skip


def deviating(context: Context, segments: Sequence[str] = ()) -> People:
    """List who left the design, by segment, journey, deviation and touchpoint."""
    keys = ("journey_id", "deviation", "touchpoint_id")
    return _listed(
        context, DEVIATIONS, (*keys, "customer_id", "started_at", "outcome"),
        (EVERYBODY, *segments), started_words, keys=keys,
    )  # fmt: skip


def with_friction(context: Context) -> People:
    """List who met each friction most often, by detector; customers of today first."""
    found = context.marts.select(
        "marts.mart_friction_customers",
        ("detector_id", "customer_id", "events", "last_at", "is_active"),
        order_by="is_active desc, events desc, last_at desc, customer_id",
        first_per=("detector_id",), most_per=MOST_LISTED,
    )  # fmt: skip
    return _people(context, found.rows, ("detector_id",), _met)


def _listed(
    context: Context,
    table: str,
    columns: tuple[str, ...],
    segments: Sequence[str],
    describe: Callable[[Row], str],
    *,
    keys: tuple[str, ...],
    where: str = "true",
    of_segment: str = "segment = $segment",
    order_by: str = _NEWEST,
    parameters: Mapping[str, object] | None = None,
    prefix: str = "",
) -> People:
    """List the newest of each segment, everybody being one; keys begin with the segment."""
    people: People = {}
    for segment in segments:
        whole = segment == EVERYBODY
        found = context.marts.select(
            table, columns,
            where=f"customer_id is not null and {where}{'' if whole else f' and {of_segment}'}",
            parameters={**(parameters or {}), **({} if whole else {"segment": segment})},
            order_by=order_by, first_per=keys, most_per=MOST_LISTED,
        )  # fmt: skip
        rows = tuple(row | {"slice_segment": prefix + segment} for row in found.rows)
        people |= _people(context, rows, ("slice_segment", *keys), describe)
    return people


def _people(
    context: Context,
    rows: tuple[Row, ...],
    keys: tuple[str, ...],
    describe: Callable[[Row], str],
) -> People:
    names = context.labels([row["customer_id"] for row in rows])
    people: People = {}
    for row in rows:
        listed = people.setdefault(tuple(row[key] for key in keys), [])
        customer = row["customer_id"]
        if any(other.customer_id == customer for other in listed):
            continue
        listed.append(
            Listed(
                customer_id=customer,
                customer_label=names.get(str(customer), customer),
                what=describe(row),
            )
        )
    return people


def _reached(row: Row) -> str:
    hours = formats.as_number(row["hours_from_start"])
    after = f", {formats.hours(hours)} after the start" if hours else ""
    return f"{formats.day(row['reached_at'])}{after}"


def started_words(row: Row) -> str:
    """Say when an instance started and how it stands."""
    return f"started {formats.day(row['started_at'])}, {formats.label(row['outcome']).lower()}"


def _met(row: Row) -> str:
    times = formats.as_number(row["events"]) or 0
    often = "once" if times == 1 else f"{formats.number(times)} times"
    gone = "" if row["is_active"] else ", customer no more"
    return f"{often}, last on {formats.day(row['last_at'])}{gone}"
