"""Who stands behind a figure: the customers of a step, a loss, a variant or a deviation.

Every list is cut to the newest few and says how many there are in all. The figures themselves come
from the marts; here only the rows of published instances are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reporting import formats
from reporting.page import Context
from reporting.published import Row

MOST_LISTED = 12
_NEWEST = "started_at desc, journey_instance_id"
_JOURNEYS = "marts.fct_journeys"
_STEPS = "marts.fct_journey_steps"


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


def at_steps(context: Context) -> People:
    """List who reached each step, newest first, by journey and step."""
    columns = ("journey_id", "step_number", "customer_id", "reached_at", "hours_from_start")
    found = context.marts.select(
        _STEPS, columns, where="customer_id is not null",
        order_by="reached_at desc, journey_step_id",
        first_per=("journey_id", "step_number"), most_per=MOST_LISTED,
    )  # fmt: skip
    return _people(context, found.rows, ("journey_id", "step_number"), _reached)


def lost_after(context: Context) -> People:
    """List whose journey was given up after each step, newest first, by journey and last step."""
    found = context.marts.select(
        _JOURNEYS, ("journey_id", "last_step_number", "customer_id", "started_at", "outcome"),
        where="customer_id is not null and outcome = 'abandoned'", order_by=_NEWEST,
        first_per=("journey_id", "last_step_number"), most_per=MOST_LISTED,
    )  # fmt: skip
    return _people(context, found.rows, ("journey_id", "last_step_number"), _started)


def on_variants(context: Context, variants: list[object]) -> People:
    """List who took each of the given paths, newest first, by journey and variant."""
    if not context.marts.has_column(_JOURNEYS, "variant_id"):
        return {}
    found = context.marts.select(
        _JOURNEYS, ("journey_id", "variant_id", "customer_id", "started_at", "outcome"),
        where="customer_id is not null and list_contains($variants, variant_id)",
        parameters={"variants": variants}, order_by=_NEWEST,
        first_per=("journey_id", "variant_id"), most_per=MOST_LISTED,
    )  # fmt: skip
    return _people(context, found.rows, ("journey_id", "variant_id"), _started)


def deviating(context: Context) -> People:
    """List who was late at a step, met it again or left the design, by journey and deviation."""
    people: People = {}
    reached = ("journey_id", "step_number", "touchpoint_id", "customer_id", "reached_at",
               "hours_from_start")  # fmt: skip
    for deviation, where in (("late", "is_late"), ("repeated", "visit_count > 1")):
        if not context.marts.has_column(_STEPS, "is_late"):
            continue
        rows = context.marts.select(
            _STEPS, reached, where=f"customer_id is not null and {where}",
            order_by="reached_at desc, journey_step_id",
            first_per=("journey_id", "step_number"), most_per=MOST_LISTED,
        ).rows  # fmt: skip
        keyed = tuple(row | {"deviation": deviation} for row in rows)
        people |= _people(context, keyed, ("journey_id", "deviation", "touchpoint_id"), _reached)
    table = "marts.fct_journey_visits"
    if context.marts.has_column(table, "is_declared"):
        rows = context.marts.select(
            table, ("journey_id", "touchpoint_id", "customer_id", "occurred_at"),
            where="customer_id is not null and not is_declared",
            order_by="occurred_at desc, journey_instance_id, visit_number",
            first_per=("journey_id", "touchpoint_id"), most_per=MOST_LISTED,
        ).rows  # fmt: skip
        keyed = tuple(row | {"deviation": "undeclared"} for row in rows)
        people |= _people(context, keyed, ("journey_id", "deviation", "touchpoint_id"), _visited)
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


def _started(row: Row) -> str:
    return f"started {formats.day(row['started_at'])}, {formats.label(row['outcome']).lower()}"


def _visited(row: Row) -> str:
    return formats.day(row["occurred_at"])
