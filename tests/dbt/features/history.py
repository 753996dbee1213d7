"""A random history of a few customers, as it was known on any day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.dbt.conftest import MakeWarehouse, Warehouse

MODELS = "path:models/core path:models/features"
FEATURES = "path:models/features"
START = datetime(2025, 1, 1)
Row = dict[str, Any]


@dataclass(kw_only=True)
class History:
    """Rows by relation, and the moments in them that come to be known later than the row."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, relation: str, **values: Any) -> None:
        """Add one row."""
        self.rows.setdefault(relation, []).append(values)

    def known_on(self, day: date) -> dict[str, list[Row]]:
        """Give the rows as they stood at the end of a day."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time())
        return {
            relation: [_known(row, end) for row in rows if _time(relation, row) < end]
            for relation, rows in self.rows.items()
        }


_TIMES = {
    "core.dim_customers": "created_at",
    "core.fct_subscription_changes": "changed_at",
    "core.fct_orders": "ordered_at",
    "core.fct_usage_daily": "usage_date",
    "core.int_usage_unioned": "usage_date",
    "core.int_customer_identities": None,
    "core.fct_interactions": "occurred_at",
    "core.fct_tickets": "opened_at",
    "core.fct_survey_answers": "answered_at",
    "core.fct_offers": "offered_at",
}
#: What a row learns later: the moment, and the values that are known only with it.
_LATER = {
    "valid_to": (),
    "solved_at": ("resolution_hours",),
    "delivered_at": (),
    "responded_at": ("is_accepted",),
}


def put(make_warehouse: MakeWarehouse, rows: dict[str, list[Row]], as_of: date) -> Warehouse:
    """Give a warehouse with these rows, its features built."""
    warehouse = make_warehouse(MODELS, as_of=as_of)
    for relation, values in rows.items():
        warehouse.put(relation, values)
    warehouse.build("int_customer_spells path:models/features")
    return warehouse


def random_history(seed: int, customers: int = 8, days: int = 545) -> History:
    """Let a few customers live through a year and a half of everything that features count."""
    draw = random.Random(seed)
    history = History()
    for number in range(customers):
        customer_id = f"c{number}"
        history.add(
            "core.dim_customers",
            customer_id=customer_id,
            business_model=draw.choice(["self_serve", "high_touch"]),
            segment="all",
            is_test=False,
            created_at=START,
        )
        history.add(
            "core.int_customer_identities",
            identity_type="account",
            identity_value=customer_id,
            customer_id=customer_id,
        )
        if number < customers - 2:
            _subscribe(history, draw, customer_id, days)
        _live(history, draw, customer_id, days)
    return history


def _subscribe(history: History, draw: random.Random, customer_id: str, days: int) -> None:
    moment = START + timedelta(days=draw.randrange(120), hours=9)
    changes = []
    seats = draw.randrange(2, 12)
    while moment < START + timedelta(days=days):
        kind = (
            draw.choice(["upgraded", "downgraded", "renewed", "cancelled"])
            if changes
            else "started"
        )
        if changes and changes[-1]["status"] == "cancelled":
            kind = "started"
        seats = max(1, seats + {"upgraded": 2, "downgraded": -1}.get(kind, 0))
        changes.append(
            {
                "subscription_change_id": f"{customer_id}:{len(changes)}",
                "subscription_id": customer_id,
                "customer_id": customer_id,
                "changed_at": moment,
                "change_type": kind,
                "status": "cancelled" if kind == "cancelled" else "active",
                "seats": seats,
                "mrr_amount": 0 if kind == "cancelled" else seats * 30,
                "contract_months": draw.choice([1, 12]),
                "currency": "EUR",
            }
        )
        moment += timedelta(days=draw.randrange(5, 130), hours=draw.randrange(5))
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        history.add(
            "core.fct_subscription_changes",
            **change,
            valid_to=following["changed_at"] if following else None,
        )


def _live(history: History, draw: random.Random, customer_id: str, days: int) -> None:
    for number in range(140):
        moment = START + timedelta(days=draw.randrange(days), hours=draw.randrange(24))
        key = f"{customer_id}:{number}"
        history.add(
            "core.fct_interactions",
            interaction_id=key,
            customer_id=customer_id,
            occurred_at=moment,
            touchpoint_id=draw.choice(
                [
                    "payment_failure",
                    "support_reopen",
                    "invoice",
                    "report_build",
                    "first_report",
                    "data_import",
                    "product_use",
                    "help_article",
                ]
            ),
            outcome=draw.choice(["unexpected_fee", None]),
        )
        feature, users = draw.choice("abc"), draw.randrange(1, 4)
        history.add(
            "core.fct_usage_daily",
            customer_id=customer_id,
            usage_date=moment.date(),
            feature=f"{feature}{number}",
            event_count=draw.randrange(1, 20),
            error_count=draw.randrange(3),
        )
        history.add(
            "core.int_usage_unioned",
            source_name="s",
            usage_id=key,
            customer_key_type="account",
            customer_key=customer_id,
            user_id=f"u{users}",
            usage_date=moment.date(),
        )
        if number % 7 == 0:
            _rare(history, draw, customer_id, key, moment)


def _rare(
    history: History, draw: random.Random, customer_id: str, key: str, moment: datetime
) -> None:
    hours = draw.choice([2.0, 100.0, 900.0, None])
    history.add(
        "core.fct_tickets",
        ticket_id=key,
        customer_id=customer_id,
        opened_at=moment,
        solved_at=moment + timedelta(hours=hours) if hours else None,
        resolution_hours=hours,
    )
    history.add(
        "core.fct_orders",
        order_id=key,
        customer_id=customer_id,
        ordered_at=moment,
        total_amount=draw.randrange(10, 90),
        delivered_at=moment + timedelta(days=draw.randrange(1, 40)),
        estimated_delivery_at=moment + timedelta(days=10),
    )
    survey, question, metric, top = draw.choice(
        [
            ("relationship", "nps", "NPS", 10),
            ("support", "csat", "CSAT", 5),
            ("support", "ces", "CES", 7),
        ]
    )
    history.add(
        "core.fct_survey_answers",
        answer_id=key,
        survey_id=survey,
        question_id=question,
        metric=metric,
        customer_id=customer_id,
        answered_at=moment,
        score=float(draw.randrange(1, top + 1)),
        is_on_scale=True,
    )
    responded_at = moment + timedelta(days=draw.randrange(1, 60))
    history.add(
        "core.fct_offers",
        offer_event_id=key,
        offer_id=draw.choice(["extra_seats", "premium_support"]),
        customer_id=customer_id,
        offered_at=moment,
        is_accepted=draw.random() < 0.4,
        responded_at=responded_at,
    )


def _time(relation: str, row: Row) -> datetime:
    column = _TIMES[relation]
    value = row[column] if column else START
    return value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())


def _known(row: Row, end: datetime) -> Row:
    unknown: set[str] = set()
    for moment, values in _LATER.items():
        if row.get(moment) is not None and row[moment] >= end:
            unknown |= {moment, *values}
    return {name: None if name in unknown else value for name, value in row.items()}
