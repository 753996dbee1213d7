"""Who stands behind the figures of one month.

Lists of all time are written into the page; for every month and segment they would be most of it.
So each page carries the newest few instances of each month once, as data, and the browser picks out
those of a figure when its list is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from reporting.behind import DEVIATIONS, JOURNEYS, STEPS, started_words
from reporting.page import Context
from reporting.published import Row

# Six of each way in which a journey can stand make a list as long as those of all time.
MOST_OF_A_KIND = 6
_NEWEST = "started_at desc, journey_instance_id"
_INSTANCE = (
    "journey_instance_id", "journey_id", "customer_id", "segment", "start_month", "started_at",
    "outcome",
)  # fmt: skip
_RECENT = "customer_id is not null and start_month >= $oldest"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A list that is filled when it is opened.

    Parameters
    ----------
    journey, of, marks
        Which instances belong to it: of a journey, of a slice, with any of these marks.
    """

    journey: str
    of: str
    marks: list[int]


@dataclass(kw_only=True)
class MonthLists:
    """The instances of a page, each with the figures that it stands behind as numbered marks."""

    context: Context
    marks: dict[tuple[object, ...], int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[list[object]]] = field(default_factory=dict)

    def add(self, row: Row, marks: Iterable[tuple[object, ...]]) -> None:
        """Add one instance, newest first."""
        person = self.people.setdefault(str(row["customer_id"]), len(self.people))
        numbers = [self.marks.setdefault(mark, len(self.marks)) for mark in marks]
        self.rows.setdefault(str(row["journey_id"]), []).append(
            [person, str(row["start_month"])[:7], row["segment"], started_words(row), numbers]
        )

    def opened(
        self, journey: object, name: str, marks: Iterable[tuple[object, ...]]
    ) -> Opened | None:
        """Give the list of a figure; None where it has none, or is one of all time."""
        numbers = [self.marks[mark] for mark in marks if mark in self.marks]
        if name.endswith("|all") or not numbers or str(journey) not in self.rows:
            return None
        return Opened(journey=str(journey), of=name, marks=numbers)

    def data(self) -> dict[str, object]:
        """Give what the page carries."""
        names = self.context.labels(list(self.people))
        held = set(self.context.profiled_customers)
        return {
            "people": [[each, names.get(each, each), each in held] for each in self.people],
            "rows": self.rows,
        }


def oldest_month(names: Iterable[str]) -> date | None:
    """Return the first day of the oldest month among slices; None when there is none."""
    months = {name.split("|")[1] for name in names} - {"all"}
    return date.fromisoformat(f"{min(months)}-01") if months else None


def of_steps(context: Context, oldest: date | None) -> MonthLists:
    """Collect who reached each step, ``("reached", n)``, and who was lost, ``("lost", n)``."""
    lists = MonthLists(context=context)
    if oldest is None or not context.marts.has_column(JOURNEYS, "start_month"):
        return lists
    found = context.marts.select(
        JOURNEYS, (*_INSTANCE, "last_step_number"), where=_RECENT, order_by=_NEWEST,
        parameters={"oldest": oldest}, most_per=MOST_OF_A_KIND,
        first_per=("journey_id", "segment", "start_month", "last_step_number", "outcome"),
    )  # fmt: skip
    steps: dict[object, list[tuple[object, ...]]] = {}
    for step in context.marts.select(
        STEPS, ("journey_instance_id", "step_number"),
        where="journey_instance_id in (select unnest($instances))",
        parameters={"instances": [row["journey_instance_id"] for row in found.rows]},
        order_by="journey_instance_id, step_number",
    ).rows:  # fmt: skip
        steps.setdefault(step["journey_instance_id"], []).append(("reached", step["step_number"]))
    for row in found.rows:
        marks = steps.get(row["journey_instance_id"], [])
        lost = [("lost", row["last_step_number"])] if row["outcome"] == "abandoned" else []
        lists.add(row, [*marks, *lost])
    return lists


def of_paths(context: Context, oldest: date | None, variants: list[object]) -> MonthLists:
    """Collect who took each path, ``("variant", id)``, and who left the designed one."""
    lists = MonthLists(context=context)
    if oldest is None or not context.marts.has_column(JOURNEYS, "start_month"):
        return lists
    keys = ("journey_id", "segment", "start_month")
    asked: Mapping[str, object] = {"oldest": oldest}
    for row in context.marts.select(
        JOURNEYS, (*_INSTANCE, "variant_id"),
        where=f"{_RECENT} and variant_id in (select unnest($variants))",
        parameters={**asked, "variants": variants}, order_by=_NEWEST,
        first_per=(*keys, "variant_id"), most_per=MOST_OF_A_KIND,
    ).rows:  # fmt: skip
        lists.add(row, [("variant", row["variant_id"])])
    for row in context.marts.select(
        DEVIATIONS, (*_INSTANCE, "deviation", "touchpoint_id"), where=_RECENT, parameters=asked,
        order_by=f"{_NEWEST}, deviation, touchpoint_id, step_number",
        first_per=(*keys, "deviation", "touchpoint_id"), most_per=MOST_OF_A_KIND,
    ).rows:  # fmt: skip
        lists.add(row, [("deviation", row["deviation"], row["touchpoint_id"])])
    return lists
