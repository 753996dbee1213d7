"""The case queue: who does what by when."""

from __future__ import annotations

from reporting.page import Context, Page

MOST_CASES = 400
CASE_ORDER = "status <> 'overdue', due_at nulls last, value_amount desc nulls last, case_id"
_COLUMNS = (
    "case_id", "rule_name", "kind", "customer_id", "customer_label", "segment", "team", "owner_id",
    "priority", "recommended_action", "cause", "opened_at", "due_at", "status", "value_amount",
    "currency",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect the queue, most overdue first, and its size by team."""
    marts = context.marts
    cases = marts.select("marts.mart_case_queue", _COLUMNS, order_by=CASE_ORDER, limit=MOST_CASES)
    teams: dict[str, dict[str, object]] = {}
    for row in marts.counts("marts.mart_case_queue", ("team", "status")).rows:
        teams.setdefault(str(row["team"] or "no team"), {})[str(row["status"])] = row["row_count"]
    statuses = marts.counts("marts.mart_case_queue", ("status",))
    return {
        "absence": cases.absence,
        "cases": cases,
        "teams": teams,
        "statuses": [str(row["status"]) for row in statuses.rows],
        "filters": {
            name: sorted(str(value) for value in cases.values(name))
            for name in ("team", "owner_id", "kind", "status", "priority")
        },
    }


PAGE = Page(
    slug="cases",
    title="Cases",
    navigation="Cases",
    audience="Frontline",
    order=60,
    summary="Every open case with its owner, due time and recommended action.",
    build=build,
)
