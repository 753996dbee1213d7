"""Labels: what came after, only when it is certain."""

from __future__ import annotations

from datetime import date, datetime

from tests.dbt.conftest import AS_OF, MakeWarehouse, Warehouse
from tests.dbt.features.history import Row, put

CUSTOMER: Row = {"customer_id": "c1", "is_test": False, "created_at": datetime(2025, 1, 1)}


def _change(number: int, day: datetime, kind: str, until: datetime | None) -> Row:
    status = "cancelled" if kind in ("cancelled", "ended") else "active"
    return {
        "subscription_change_id": f"s:{number}",
        "subscription_id": "s",
        "customer_id": "c1",
        "changed_at": day,
        "change_type": kind,
        "status": status,
        "seats": 5,
        "mrr_amount": 100 if status == "active" else 0,
        "contract_months": 1,
        "valid_to": until,
    }


def _outcome(warehouse: Warehouse, day: date) -> tuple[object, ...]:
    (row,) = warehouse.rows(
        "select duration_days, event_observed, churned_in_30d, churned_in_90d, churned_in_180d,"
        f" churned_in_365d from features.labels_churn where as_of_date = date '{day}'"
    )
    return row


def _subscriber(make_warehouse: MakeWarehouse, *changes: Row) -> Warehouse:
    return put(
        make_warehouse,
        {"core.dim_customers": [CUSTOMER], "core.fct_subscription_changes": list(changes)},
        AS_OF,
    )


def test_loss_counts_from_its_horizon_on_when_final(make_warehouse: MakeWarehouse) -> None:
    ended = datetime(2026, 2, 10)
    warehouse = _subscriber(
        make_warehouse,
        _change(1, datetime(2025, 3, 1), "started", ended),
        _change(2, ended, "ended", None),
    )
    # 41 days after the snapshot; 365 days after it are not over.
    assert _outcome(warehouse, date(2025, 12, 31)) == (41, 1, 0, 1, None, None)
    # 163 days and the grace of 30 reach back to the end of November at most.
    assert _outcome(warehouse, date(2025, 11, 30)) == (72, 1, 0, 1, 1, None)
    # Nobody is active after the end.
    assert warehouse.rows("select max(as_of_date) from features.features_churn") == [
        (date(2026, 1, 31),)
    ]


def test_lapse_is_no_loss_when_restarted_within_the_grace(make_warehouse: MakeWarehouse) -> None:
    lapsed, back = datetime(2026, 1, 20), datetime(2026, 2, 10)
    warehouse = _subscriber(
        make_warehouse,
        _change(1, datetime(2025, 3, 1), "started", lapsed),
        _change(2, lapsed, "ended", back),
        _change(3, back, "started", None),
    )
    assert _outcome(warehouse, date(2025, 12, 31))[:4] == (181, 0, 0, 0)
    # In the gap the customer was not active: nobody knew that they would return.
    active = {row[0] for row in warehouse.rows("select as_of_date from features.features_churn")}
    assert date(2026, 1, 31) not in active
    assert date(2026, 2, 28) in active


def test_outcome_is_unknown_when_the_grace_is_not_over(make_warehouse: MakeWarehouse) -> None:
    ended = datetime(2026, 6, 10)
    warehouse = _subscriber(
        make_warehouse,
        _change(1, datetime(2025, 3, 1), "started", ended),
        _change(2, ended, "ended", None),
    )
    assert _outcome(warehouse, date(2026, 5, 31)) == (10, 0, None, None, None, None)
    # From the end of April 30 days plus the grace are over, and the end lay behind them.
    assert _outcome(warehouse, date(2026, 4, 30)) == (41, 0, 0, None, None, None)


def test_buyers_have_one_horizon_when_churn_is_silence(make_warehouse: MakeWarehouse) -> None:
    orders = [
        {"order_id": "o1", "customer_id": "c1", "ordered_at": datetime(2025, 8, 1)},
        {"order_id": "o2", "customer_id": "c1", "ordered_at": datetime(2025, 10, 15)},
    ]
    warehouse = put(
        make_warehouse, {"core.dim_customers": [CUSTOMER], "core.fct_orders": orders}, AS_OF
    )
    # An order followed the end of August; none followed that of October.
    assert _outcome(warehouse, date(2025, 8, 31))[2:] == (None, None, 0, None)
    assert _outcome(warehouse, date(2025, 10, 31))[2:] == (None, None, 1, None)
    # 180 days after the last order the customer has fallen silent.
    assert _outcome(warehouse, date(2025, 12, 31)) == (103, 1, None, None, 1, None)
    assert warehouse.rows("select max(as_of_date) from features.features_churn") == [
        (date(2026, 3, 31),)
    ]


def test_offer_is_placed_at_the_snapshot_before_it_when_labelled(
    make_warehouse: MakeWarehouse,
) -> None:
    def offer(number: int, offered: datetime, answered: datetime | None, accepted: bool) -> Row:
        return {
            "offer_event_id": f"e{number}",
            "offer_id": "extra_seats",
            "customer_id": "c1",
            "offered_at": offered,
            "responded_at": answered,
            "is_accepted": accepted,
        }

    offers = [
        offer(1, datetime(2025, 12, 31, 9), datetime(2026, 1, 3), True),
        offer(2, datetime(2026, 1, 15), datetime(2026, 4, 30), True),
        offer(3, datetime(2026, 2, 5), None, False),
        offer(4, datetime(2026, 5, 5), datetime(2026, 5, 6), True),
    ]
    warehouse = put(
        make_warehouse,
        {
            "core.dim_customers": [CUSTOMER],
            "core.fct_subscription_changes": [_change(1, datetime(2025, 3, 1), "started", None)],
            "core.fct_offers": offers,
        },
        AS_OF,
    )
    assert warehouse.rows(
        "select as_of_date, offered_date, accepted_in_90d from features.labels_upsell order by 1"
    ) == [
        (date(2025, 11, 30), date(2025, 12, 31), 1),  # not the snapshot of its own day
        (date(2025, 12, 31), date(2026, 1, 15), 0),  # accepted, but after 105 days
        (date(2026, 1, 31), date(2026, 2, 5), 0),
        (date(2026, 4, 30), date(2026, 5, 5), None),  # 90 days are not over
    ]
    # The acceptance of 3 January is not yet known at the end of December.
    assert warehouse.rows(
        "select as_of_date, offer_count_before, accepted_offer_count from features.features_upsell"
        " where offer_id = 'extra_seats' and as_of_date in (date '2025-12-31', date '2026-01-31')"
        " order by 1"
    ) == [(date(2025, 12, 31), 1, 0), (date(2026, 1, 31), 2, 1)]
