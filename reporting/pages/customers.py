"""One customer at a time: who they are and what happened, for a service agent to read."""

from __future__ import annotations

from itertools import zip_longest

from reporting import formats
from reporting.page import Context, Page
from reporting.pages.cases import CASE_ORDER
from reporting.pages.risk import RISK_ORDER, RISK_WHERE, UPSELL_ORDER, UPSELL_WHERE
from reporting.published import PublishedMarts, Row

MOST_CUSTOMERS = 200
MOST_EVENTS = 40
_WORTH_A_LOOK = (
    ("marts.mart_churn_risk", RISK_WHERE, RISK_ORDER),
    ("marts.mart_case_queue", "customer_id is not null", CASE_ORDER),
    ("marts.mart_upsell_opportunities", UPSELL_WHERE, UPSELL_ORDER),
)
_CUSTOMER_COLUMNS = (
    "customer_id", "customer_label", "segment", "business_model", "industry", "country",
    "size_band", "tenure_days", "is_active", "churned_at", "mrr_amount", "currency",
    "lifetime_revenue_amount", "last_nps", "last_nps_at", "last_csat", "comment_count",
    "negative_comment_count", "interaction_count_90d", "usage_events_30d",
    "usage_events_previous_30d", "ticket_count_90d", "open_ticket_count", "payment_failures_180d",
    "current_stage_id", "lifecycle_state", "churn_probability_90d", "churn_reason_1",
    "best_offer_id", "best_offer_propensity", "open_case_count", "plan_id", "seats",
    "contract_months", "value_band", "recommended_action", "reopen_count_365d",
    "transfer_count_365d", "late_delivery_count_365d", "refund_count_365d",
    "latest_open_journey_id",
)  # fmt: skip
_EVENT_COLUMNS = (
    "customer_id", "occurred_at", "sequence", "kind", "touchpoint_id", "channel_id", "headline",
    "detail", "score", "score_metric", "sentiment",
)  # fmt: skip
_CASE_COLUMNS = (
    "case_id", "customer_id", "rule_name", "cause", "team", "due_at", "status",
    "recommended_action",
)  # fmt: skip
Facts = tuple[tuple[str, str], ...]
_TONES = ("positive", "neutral", "negative")


def profiled(marts: PublishedMarts) -> tuple[str, ...]:
    """Choose whom to hold: in turn most at risk, next case due, best offer; then by revenue."""
    columns = [
        marts.select(
            table, ("customer_id",), where=where, order_by=order, limit=MOST_CUSTOMERS
        ).rows
        for table, where, order in _WORTH_A_LOOK
    ]
    chosen = dict.fromkeys(
        str(row["customer_id"]) for turn in zip_longest(*columns) for row in turn if row
    )
    spare = marts.select(
        "marts.mart_customer_360",
        ("customer_id",),
        order_by="lifetime_revenue_amount desc nulls last, customer_id",
        limit=MOST_CUSTOMERS,
    )
    chosen |= dict.fromkeys(str(row["customer_id"]) for row in spare.rows)
    known = marts.select(
        "marts.mart_customer_360",
        ("customer_id",),
        where="list_contains($ids, customer_id)",
        parameters={"ids": list(chosen)},
        order_by="customer_id",
    )
    present = set(known.values("customer_id"))
    return tuple(key for key in chosen if key in present)[:MOST_CUSTOMERS]


def build(context: Context) -> dict[str, object]:
    """Collect the profile and newest events of the customers that are worth a look."""
    ids = list(context.profiled_customers)
    chosen = {"ids": ids}
    profiles = context.marts.select(
        "marts.mart_customer_360",
        _CUSTOMER_COLUMNS,
        where="list_contains($ids, customer_id)",
        parameters=chosen,
        order_by="customer_id",
    )
    events = context.marts.select(
        "marts.mart_customer_timeline",
        _EVENT_COLUMNS,
        where="list_contains($ids, customer_id)",
        parameters=chosen,
        order_by="customer_id, occurred_at desc, sequence desc",
        most_per=MOST_EVENTS,
    )
    cases = context.marts.select(
        "marts.mart_case_queue",
        _CASE_COLUMNS,
        where="list_contains($ids, customer_id)",
        parameters=chosen,
        order_by=CASE_ORDER,
    )
    timeline, queue = _by_customer(events.rows), _by_customer(cases.rows)
    by_id = {str(row["customer_id"]): row for row in profiles.rows}
    return {
        "absence": _absence(context, ids),
        "all_customers": context.marts.select(
            "marts.mart_customer_360", ("customer_id",), order_by="customer_id", limit=1
        ).total,
        "most_events": MOST_EVENTS,
        "profiles": [
            _profile(context, by_id[key], timeline.get(key, []), queue.get(key, []))
            for key in ids
            if key in by_id
        ],
    }


def _by_customer(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["customer_id"]), []).append(row)
    return found


def _absence(context: Context, ids: list[str]) -> str | None:
    if ids:
        return None
    return context.marts.select(
        "marts.mart_customer_360", ("customer_id",), order_by="customer_id", limit=1
    ).absence


def _profile(context: Context, row: Row, events: list[Row], cases: list[Row]) -> dict[str, object]:
    return {
        "id": row["customer_id"],
        "label": row["customer_label"] or row["customer_id"],
        "line": " · ".join(
            formats.label(row[name])
            for name in ("segment", "industry", "size_band", "country")
            if row[name]
        ),
        "facts": _facts(row),
        "cases": [_case(case) for case in cases],
        "events": [_event(context, event) for event in events],
    }


def _facts(row: Row) -> list[list[str]]:
    return [list(fact) for fact in (*_situation(row), *_dealings(row))]


def _situation(row: Row) -> Facts:
    """Say who the customer is to us and what they last answered."""
    money = row["currency"]
    return (
        (
            "State",
            formats.label(row["lifecycle_state"] or ("active" if row["is_active"] else None)),
        ),
        ("Stage", formats.label(row["current_stage_id"])),
        (
            "Customer for",
            f"{formats.number(row['tenure_days'])} days"
            if row["tenure_days"] is not None
            else formats.NOTHING,
        ),
        ("Plan", _plan(row)),
        ("In the middle of", formats.label(row["latest_open_journey_id"])),
        ("Worth to us", formats.label(row["value_band"])),
        ("Recurring revenue a month", formats.money(row["mrr_amount"], money)),
        ("Revenue so far", formats.money(row["lifetime_revenue_amount"], money)),
        (
            "Last NPS answer",
            f"{formats.number(row['last_nps'])} on {formats.day(row['last_nps_at'])}"
            if row["last_nps"] is not None
            else "none",
        ),
    )


def _dealings(row: Row) -> Facts:
    """Say what they did and asked for of late, and what is forecast and advised."""
    usage = (
        f"{formats.number(row['usage_events_30d'])} (30 days before: "
        f"{formats.number(row['usage_events_previous_30d'])})"
    )
    return (
        (
            "Comments",
            f"{formats.number(row['comment_count'])}, "
            f"{formats.number(row['negative_comment_count'])} negative",
        ),
        ("Contacts, 90 days", formats.number(row["interaction_count_90d"])),
        ("Use, 30 days", usage),
        (
            "Tickets",
            f"{formats.number(row['ticket_count_90d'])} in 90 days, "
            f"{formats.number(row['open_ticket_count'])} open",
        ),
        (
            "Tickets, 365 days",
            f"{formats.number(row['reopen_count_365d'])} times reopened, "
            f"{formats.number(row['transfer_count_365d'])} times handed over",
        ),
        (
            "Orders, 365 days",
            f"{formats.number(row['late_delivery_count_365d'])} late, "
            f"{formats.number(row['refund_count_365d'])} refunded",
        ),
        ("Failed payments, 180 days", formats.number(row["payment_failures_180d"])),
        (
            "Probability of leaving, 90 days",
            formats.percent(row["churn_probability_90d"])
            if row["churn_probability_90d"] is not None
            else "no forecast",
        ),
        ("Main reason", str(row["churn_reason_1"] or formats.NOTHING)),
        ("What to do", str(row["recommended_action"] or formats.NOTHING)),
        (
            "Best offer",
            f"{formats.label(row['best_offer_id'])} "
            f"({formats.percent(row['best_offer_propensity'])})"
            if row["best_offer_id"]
            else formats.NOTHING,
        ),
        ("Open cases", formats.number(row["open_case_count"])),
    )


def _plan(row: Row) -> str:
    if row["plan_id"] is None:
        return formats.NOTHING
    parts = [formats.label(row["plan_id"])]
    if row["seats"] is not None:
        parts.append(f"{formats.number(row['seats'])} seats")
    if row["contract_months"] is not None:
        parts.append(f"{formats.number(row['contract_months'])} months")
    return ", ".join(parts)


def _event(context: Context, row: Row) -> list[str]:
    return [
        formats.moment(row["occurred_at"]),
        str(row["kind"]),
        context.touchpoint(row["touchpoint_id"]) if row["touchpoint_id"] else "",
        formats.label(row["channel_id"]) if row["channel_id"] else "",
        str(row["headline"] or ""),
        str(row["detail"] or ""),
        *_felt(row),
    ]


def _felt(row: Row) -> tuple[str, str]:
    """Say how it felt, by the score given or by the words, and with which tone to show it."""
    said = str(row["sentiment"] or "")
    score = ""
    if row["score"] is not None:
        metric = formats.sentence(row["score_metric"] or "score")
        score = f"{metric} {formats.number(row['score'])}"
    words = " · ".join(part for part in (score, said) if part)
    return words, said if said in _TONES else "neutral"


def _case(row: Row) -> list[str]:
    due = f"due {formats.moment(row['due_at'])}" if row["due_at"] else "no due time"
    return [
        str(row["status"]),
        str(row["rule_name"]),
        ", ".join(
            part
            for part in (formats.label(row["status"]), due, formats.label(row["team"] or "no team"))
        ),
        str(row["cause"] or ""),
        str(row["recommended_action"] or ""),
    ]


PAGE = Page(
    slug="customers",
    title="Single customer view",
    navigation="Customers",
    audience="Frontline",
    order=70,
    summary="One customer’s situation and history across all channels, newest first.",
    build=build,
)
