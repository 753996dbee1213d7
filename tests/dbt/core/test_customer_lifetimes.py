"""When customers are lost, against cases written out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.dbt.conftest import MakeWarehouse

START = datetime(2025, 1, 1)
SPELLS = "int_customer_spells int_customer_lifetimes"


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def changes(customer_id: str, text: str, subscription: str = "s") -> list[dict[str, Any]]:
    """Turn ``"trialing:0 active:14 cancelled:300"`` into changes, each valid until the next."""
    steps = [(state, day(float(when))) for state, when in (w.split(":") for w in text.split())]
    ends = [when for _, when in steps[1:]] + [None]
    return [
        {
            "subscription_change_id": f"{customer_id}-{subscription}-{number}",
            "subscription_id": f"{customer_id}-{subscription}",
            "customer_id": customer_id,
            "changed_at": when,
            "valid_to": end,
            "status": state,
            "mrr_amount": 100 if state == "active" else 0,
            "currency": "EUR",
        }
        for number, ((state, when), end) in enumerate(zip(steps, ends, strict=True))
    ]


# The last day that counts is 31 December 2025, day 364. Grace is 30 days, inactivity 180.
SUBSCRIBERS: dict[str, tuple[list[str], tuple[Any, ...]]] = {
    # name: subscriptions, (started, current start, churned, previously churned, active, revenue)
    "still running": (["active:0"], (0, 0, None, None, True, 100)),
    "ended": (["active:0 cancelled:100"], (0, 0, 100, None, False, 0)),
    "cancelled then ended": (["active:0 cancelled:90 cancelled:100"], (0, 0, 90, None, False, 0)),
    "late renewal": (["active:0 cancelled:100 active:130"], (0, 0, None, None, True, 100)),
    "won back": (["active:0 cancelled:100 active:131"], (0, 131, None, 100, True, 100)),
    "won back and lost": (["active:0 cancelled:9 active:99 cancelled:200"],
                          (0, 99, 200, 9, False, 0)),
    "within grace at the end": (["active:0 cancelled:335"], (0, 0, None, None, True, 0)),
    "grace over on the last day": (["active:0 cancelled:334"], (0, 0, 334, None, False, 0)),
    "trial only": (["trialing:0 cancelled:14"], (None, None, None, None, False, 0)),
    "trial before payment": (["trialing:0 active:14 cancelled:100"],
                             (14, 14, 100, None, False, 0)),
    "one of two ended": (["active:0 cancelled:50", "active:20"], (0, 0, None, None, True, 100)),
    "a short one inside a long one": (["active:0 cancelled:200", "active:20 cancelled:40"],
                                      (0, 0, 200, None, False, 0)),
    "two running": (["active:0", "active:20"], (0, 0, None, None, True, 200)),
}  # fmt: skip
BUYERS: dict[str, tuple[list[float], tuple[Any, ...]]] = {
    # name: days of orders, (started, current start, churned, previously churned, active)
    "silent": ([0, 50], (0, 0, 230, None, False)),
    "silence over on the last day": ([184], (184, 184, 364, None, False)),
    "silence not over": ([185], (185, 185, None, None, True)),
    "back on the last day of silence": ([0, 180, 300], (0, 0, None, None, True)),
    "back after the silence": ([0, 181, 300], (0, 181, None, 180, True)),
}


def moment(number: float | None) -> datetime | None:
    return None if number is None else day(number)


def test_losses_follow_the_rules_in_cases_written_by_hand(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(as_of=day(364).date())
    names = [*SUBSCRIBERS, *BUYERS, "neither"]
    warehouse.put("core.dim_customers", [{"customer_id": name} for name in names])
    warehouse.put(
        "core.fct_subscription_changes",
        [
            change
            for name, (subscriptions, _) in SUBSCRIBERS.items()
            for number, text in enumerate(subscriptions)
            for change in changes(name, text, str(number))
        ],
    )
    orders = [(name, when) for name, (days, _) in BUYERS.items() for when in days]
    # An order of a subscriber says nothing about the subscription.
    orders.append(("ended", 360))
    # Whoever has no account row has no lifetime either.
    orders.append(("nobody", 1))
    warehouse.put(
        "core.fct_orders",
        [
            {"order_id": f"{name}-{when}", "customer_id": name, "ordered_at": day(when)}
            for name, when in orders
        ],
    )
    warehouse.put("core.fct_interactions", [{"customer_id": "neither", "occurred_at": day(3)}])
    warehouse.put("core.fct_usage_daily", [{"customer_id": "neither", "usage_date": day(7).date()}])
    warehouse.build(SPELLS)

    found = {
        row[0]: row[1:]
        for row in warehouse.rows(
            "select customer_id, churn_basis, started_at, current_started_at, churned_at,"
            " previous_churned_at, is_active, mrr_amount from core.int_customer_lifetimes"
        )
    }
    expected: dict[str, tuple[Any, ...]] = {
        name: ("contractual", *map(moment, row[:4]), *row[4:])
        for name, (_, row) in SUBSCRIBERS.items()
    }
    expected |= {
        name: ("silence", *map(moment, row[:4]), row[4], None) for name, (_, row) in BUYERS.items()
    }
    expected["neither"] = ("none", None, None, None, None, False, None)
    assert found == expected
    assert warehouse.rows(
        "select last_activity_at from core.int_customer_lifetimes where customer_id = 'neither'"
    ) == [(day(7),)]


def test_grace_and_inactivity_come_from_the_variables(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(
        as_of=day(364).date(), variables={"renewal_grace_days": 5, "inactivity_days": 20}
    )
    warehouse.put("core.dim_customers", [{"customer_id": name} for name in ("a", "b")])
    warehouse.put(
        "core.fct_subscription_changes", changes("a", "active:0 cancelled:100 active:106")
    )
    warehouse.put(
        "core.fct_orders", [{"order_id": "1", "customer_id": "b", "ordered_at": day(340)}]
    )
    warehouse.build(SPELLS)
    assert warehouse.rows(
        "select customer_id, churned_at, previous_churned_at from core.int_customer_lifetimes"
        " order by customer_id"
    ) == [("a", None, day(100)), ("b", day(360), None)]
