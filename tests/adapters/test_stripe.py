"""Stripe: lists of the API, exports of the dashboard, and a replication tool's tables."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Adapters, copy_replica, write_csv, write_json, write_json_lines

SOURCE = "stripe"
REPLICA = "dbt_stripe_source"
SAMPLES = {
    "customer_data.csv": "customers/replica.csv",
    "charge_data.csv": "charges/replica.csv",
    "refund_data.csv": "refunds/replica.csv",
    "dispute_data.csv": "disputes/replica.csv",
    "subscription_data.csv": "subscriptions/replica.csv",
    "subscription_history_data.csv": "subscription_history/replica.csv",
    "plan_data.csv": "plans/replica.csv",
    "price_data.csv": "plans/replica_prices.csv",
}
JANUARY, FEBRUARY = 1_767_225_600, 1_769_904_000  # 2026-01-01 and 2026-02-01 00:00 UTC
MARCH, APRIL = 1_772_323_200, 1_775_001_600
DAY = 86_400


def land(folder: Path) -> None:
    land_customers(folder)
    land_events(folder)
    land_subscriptions(folder)
    land_payments(folder)
    copy_replica(folder, REPLICA, SAMPLES)


def land_customers(folder: Path) -> None:
    write_json(
        folder / "customers" / "list.json",
        {
            "object": "list",
            "has_more": False,
            "data": [
                {"id": "cus_ada", "object": "customer", "email": "Ada@Acme.example",
                 "name": "Ada Bell", "phone": "+44 20 7946 0100", "created": JANUARY,
                 "livemode": True, "address": {"country": "GB", "line1": None},
                 "metadata": {"crm_account_id": "acme-1", "user_id": "u-77"}},
                {"id": "cus_test", "email": None, "name": "Try Out", "created": JANUARY,
                 "livemode": False, "metadata": {}},
                {"id": "cus_gone", "object": "customer", "deleted": True},
                {"id": "cus_bad", "created": "yesterday", "livemode": True, "metadata": {}},
                {"email": "nobody@example.com", "created": JANUARY},
            ],
        },
    )  # fmt: skip
    write_csv(
        folder / "customers.csv",
        ["id", "Description", "Email", "Name", "Created (UTC)", "Delinquent", "Currency",
         "crm_account_id (metadata)"],
        [["cus_dash", None, "Ben@Brio.example", "Brio", "2026-01-05 10:30", "false", "eur",
          "brio-2"]],
    )  # fmt: skip


def price(amount: int | str, currency: str = "eur", **recurring: Any) -> dict[str, Any]:
    return {
        "id": f"price_{amount}",
        "currency": currency,
        "unit_amount": amount,
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
        | recurring,
    }


def items(*prices: tuple[dict[str, Any], int | None]) -> dict[str, Any]:
    data = [{"price": one, "quantity": quantity} for one, quantity in prices]
    return {"object": "list", "data": data}


def subscription_event(number: int, kind: str, at: int, **changed: Any) -> dict[str, Any]:
    before = changed.pop("before", None)
    thing = {
        "id": "sub_1", "object": "subscription", "customer": "cus_ada", "currency": "eur",
        "status": "active", "start_date": JANUARY, "current_period_start": JANUARY,
        "cancel_at_period_end": False, "items": items((price(2000), 2)),
    } | changed  # fmt: skip
    data = {"object": thing} | ({"previous_attributes": before} if before else {})
    return {"id": f"evt_{number}", "object": "event", "type": f"customer.subscription.{kind}",
            "created": at, "livemode": True, "data": data}  # fmt: skip


def land_events(folder: Path) -> None:
    more = items((price(24000, interval="year"), 2), (price(500), 1),
                 (price(7, usage_type="metered"), None))  # fmt: skip
    write_json_lines(
        folder / "events" / "log.jsonl",
        [
            subscription_event(1, "created", JANUARY),
            subscription_event(2, "updated", FEBRUARY, current_period_start=FEBRUARY),
            subscription_event(3, "updated", FEBRUARY + DAY, current_period_start=FEBRUARY,
                               items=more),
            subscription_event(4, "updated", MARCH, current_period_start=MARCH, items=more,
                               cancel_at_period_end=True),
            subscription_event(5, "deleted", APRIL, status="canceled", items=more,
                               current_period_start=MARCH, cancel_at_period_end=True),
            # Older than the month for which events are kept: it was cheaper before.
            subscription_event(6, "updated", MARCH, id="sub_2", items=items((price(900), 1)),
                               before={"items": items((price(300), 1))}),
            {"id": "evt_7", "type": "invoice.payment_failed", "created": FEBRUARY,
             "data": {"object": {"id": "in_1", "customer": "cus_ada", "charge": "ch_1"}}},
            {"id": "evt_8", "type": "charge.failed", "created": FEBRUARY,
             "data": {"object": {"id": "ch_1", "customer": "cus_ada", "invoice": "in_1"}}},
            {"id": "evt_9", "type": "product.updated", "created": FEBRUARY,
             "data": {"object": {"id": "prod_1"}}},
            {"id": "evt_10", "type": "invoice.paid", "created": "the day before"},
        ],
    )  # fmt: skip


def land_subscriptions(folder: Path) -> None:
    write_csv(
        folder / "subscriptions.csv",
        ["id", "Customer ID", "Plan", "Quantity", "Currency", "Interval", "Amount", "Status",
         "Created (UTC)", "Start (UTC)", "Current Period Start (UTC)", "Canceled At (UTC)",
         "Ended At (UTC)"],
        [
            ["sub_3", "cus_dash", "Pro", "3", "eur", "year", "1,200.00", "canceled",
             "2026-01-05 10:30", "2026-01-05 10:30", "2026-01-05 10:30", "2026-02-05 10:30",
             "2026-03-05 10:30"],
            ["sub_4", "cus_dash", "Pro", "1", "eur", "month", "10.00", "enjoying",
             "2026-01-05 10:30", None, None, None, None],
        ],
    )  # fmt: skip
    write_json_lines(
        folder / "subscriptions" / "page.jsonl",
        [
            {"id": "sub_5", "customer": "cus_ada", "status": "active", "currency": "jpy",
             "created": JANUARY, "start_date": JANUARY, "livemode": True,
             "items": items((price(5000, "jpy", interval="week"), 3))},
            {"id": "sub_6", "customer": "cus_ada", "status": "active", "currency": "kwd",
             "created": JANUARY, "quantity": 2,
             "plan": {"id": "old", "amount": 1500, "interval": "month", "interval_count": 3}},
        ],
    )  # fmt: skip
    # A replication tool keeps states, items and plans apart.
    write_csv(
        folder / "subscription_history" / "tool.csv",
        ["id", "_fivetran_start", "_fivetran_active", "customer_id", "status", "start_date",
         "current_period_start", "cancel_at_period_end", "created"],
        [
            ["sub_7", "2026-02-10 00:00:00", "false", "cus_ada", "active", "2026-01-01 00:00:00",
             "2026-02-01 00:00:00", "false", "2026-01-01 00:00:00"],
            ["sub_7", "2026-03-01 00:00:00", "true", "cus_ada", "active", "2026-01-01 00:00:00",
             "2026-03-01 00:00:00", "false", "2026-01-01 00:00:00"],
            ["sub_7", "2026-03-09 00:00:00", "true", "cus_ada", "canceled", "2026-01-01 00:00:00",
             "2026-03-01 00:00:00", "false", "2026-01-01 00:00:00"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "subscription_items" / "tool.csv",
        ["id", "subscription_id", "plan_id", "quantity"],
        [["si_1", "sub_7", "plan_a", 3], ["si_2", "sub_7", "plan_b", 1]],
    )
    write_csv(
        folder / "plans" / "tool.csv",
        ["id", "amount", "currency", "interval", "interval_count", "usage_type"],
        [["plan_a", 1200, "eur", "month", 1, "licensed"],
         ["plan_b", 6000, "eur", "month", 6, "licensed"]],
    )  # fmt: skip


def land_payments(folder: Path) -> None:
    write_json(
        folder / "invoices" / "list.json",
        {"data": [
            {"id": "in_1", "customer": "cus_ada", "status": "open", "created": FEBRUARY,
             "status_transitions": {"finalized_at": FEBRUARY + 60, "paid_at": None}},
            {"id": "in_2", "customer": "cus_ada", "status": "paid", "created": MARCH,
             "status_transitions": {"finalized_at": MARCH, "paid_at": MARCH + DAY}},
            {"id": "in_3", "customer": "cus_ada", "status": "draft", "created": MARCH},
        ]},
    )  # fmt: skip
    charge = {"customer": "cus_ada", "currency": "eur", "created": MARCH, "livemode": True,
              "status": "succeeded", "amount_refunded": 0}  # fmt: skip
    write_json(
        folder / "charges" / "list.json",
        {"data": [
            charge | {"id": "ch_1", "invoice": "in_1", "amount": 4000, "status": "failed",
                      "failure_code": "card_declined"},
            charge | {"id": "ch_2", "amount": 1999, "amount_refunded": 500},
            charge | {"id": "ch_3", "amount": 4000, "description": "Subscription update"},
            charge | {"id": "ch_4", "amount": 700, "currency": "jpy", "customer": None,
                      "billing_details": {"email": "Guest@example.com"}},
            charge | {"id": "ch_5", "amount": 100, "status": "failed"},
            charge | {"id": "ch_6", "amount": "a lot"},
        ]},
    )  # fmt: skip
    write_csv(
        folder / "charges" / "unified_payments.csv",
        ["id", "Created date (UTC)", "Amount", "Amount Refunded", "Currency", "Status",
         "Customer ID", "Customer Email", "Invoice ID", "Description"],
        [["ch_7", "2026-03-01 09:00:00", "1,250.50", "0.00", "eur", "Paid", "cus_dash",
          "ben@brio.example", None, None]],
    )  # fmt: skip
    write_json_lines(
        folder / "refunds" / "page.jsonl",
        [
            {"id": "re_1", "charge": "ch_3", "amount": 4000, "currency": "eur",
             "created": APRIL, "status": "succeeded"},
            {"id": "re_2", "charge": "ch_3", "amount": 4000, "currency": "eur",
             "created": APRIL, "status": "failed"},
        ],
    )  # fmt: skip
    write_json_lines(
        folder / "disputes" / "page.jsonl",
        [{"id": "dp_1", "charge": "ch_2", "reason": "fraudulent", "status": "lost",
          "created": APRIL}],
    )  # fmt: skip


def changes(adapters: Adapters, subscription: str) -> list[tuple[Any, ...]]:
    return adapters.rows(
        "select change_type, status, changed_at, mrr_amount, currency, seats, contract_months"
        " from staging.stg_stripe__subscriptions where subscription_id = ? order by changed_at",
        subscription,
    )


def test_customers_of_api_and_dashboard_are_accounts(adapters: Adapters) -> None:
    assert adapters.rows(
        "select account_id, account_name, country, created_at, is_test"
        " from staging.stg_stripe__accounts"
        " where account_id in ('cus_ada', 'cus_test', 'cus_gone', 'cus_dash') order by account_id"
    ) == [
        ("cus_ada", "Ada Bell", "GB", datetime(2026, 1, 1), False),
        ("cus_dash", "Brio", None, datetime(2026, 1, 5, 10, 30), False),
        ("cus_test", "Try Out", None, datetime(2026, 1, 1), True),
    ]


def test_metadata_joins_customers_to_other_systems(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_type, identity_value"
        " from staging.stg_stripe__identities where source_record_id in"
        " ('customer:cus_ada', 'customer:cus_dash', 'guest:guest@example.com') order by all"
    ) == [
        ("customer:cus_ada", "billing_customer_id", "cus_ada"),
        ("customer:cus_ada", "crm_account_id", "acme-1"),
        ("customer:cus_ada", "email", "ada@acme.example"),
        ("customer:cus_ada", "phone", "+44 20 7946 0100"),
        ("customer:cus_ada", "product_user_id", "u-77"),
        ("customer:cus_dash", "billing_customer_id", "cus_dash"),
        ("customer:cus_dash", "crm_account_id", "brio-2"),
        ("customer:cus_dash", "email", "ben@brio.example"),
        ("guest:guest@example.com", "email", "guest@example.com"),
    ]


def test_events_of_a_subscription_are_its_changes(adapters: Adapters) -> None:
    more = Decimal("45.00")  # two seats at 240 a year, and 5 a month; metered use counts nothing
    assert changes(adapters, "sub_1") == [
        ("started", "active", datetime(2026, 1, 1), 40, "EUR", 2, 1),
        ("renewed", "active", datetime(2026, 2, 1), 40, "EUR", 2, 1),
        ("upgraded", "active", datetime(2026, 2, 2), more, "EUR", 3, 12),
        ("renewed", "active", datetime(2026, 3, 1), more, "EUR", 3, 12),
        ("ended", "cancelled", datetime(2026, 4, 1), 0, "EUR", 3, 12),
    ]


def test_subscription_older_than_its_events_began_before_them(adapters: Adapters) -> None:
    assert [(row[0], row[2], row[3]) for row in changes(adapters, "sub_2")] == [
        ("started", datetime(2026, 1, 1), 3),
        ("upgraded", datetime(2026, 3, 1), 9),
    ]


def test_dashboard_counts_in_whole_units(adapters: Adapters) -> None:
    assert changes(adapters, "sub_3") == [
        ("started", "active", datetime(2026, 1, 5, 10, 30), 300, "EUR", 3, 12),
        ("ended", "cancelled", datetime(2026, 3, 5, 10, 30), 0, "EUR", 3, 12),
    ]


def test_currencies_without_and_with_three_decimals(adapters: Adapters) -> None:
    assert [row[3:5] for row in changes(adapters, "sub_5")] == [(65000, "JPY")]  # 15,000 a week
    assert [(*row[3:5], row[6]) for row in changes(adapters, "sub_6")] == [(1, "KWD", 3)]


def test_history_of_a_replica_is_priced_by_its_items(adapters: Adapters) -> None:
    assert [(row[0], row[2], row[3], *row[5:]) for row in changes(adapters, "sub_7")] == [
        ("started", datetime(2026, 1, 1), 46, 4, 6),
        ("renewed", datetime(2026, 3, 1), 46, 4, 6),
        ("cancelled", datetime(2026, 3, 9), 0, 4, 6),
    ]


def test_payments_without_invoice_are_orders_unless_told_elsewhere(adapters: Adapters) -> None:
    told = adapters.rows("select 1 from staging.stg_stripe__orders")
    charges = adapters.rows(
        "select charge_id, is_of_invoice, outcome, total_amount, refund_amount, currency"
        " from staging.base_stripe__charges where charge_id like 'ch__' order by charge_id"
    )
    assert charges == [
        ("ch_1", True, "failure", 40, None, "EUR"),
        ("ch_2", False, "success", Decimal("19.99"), 5, "EUR"),
        ("ch_3", True, "success", 40, None, "EUR"),
        ("ch_4", False, "success", 700, None, "JPY"),
        ("ch_5", False, "failure", 1, None, "EUR"),
        ("ch_7", False, "success", Decimal("1250.50"), None, "EUR"),
    ]
    suppliers = adapters.rows("select distinct source_name from core.int_orders_unioned")
    assert bool(told) == (("generic",) not in suppliers)


def test_moments_of_invoices_are_told_once(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_name, related_id, occurred_at, outcome, customer_key, channel_id"
        " from staging.stg_stripe__interactions"
        " where customer_key = 'cus_ada' and event_name not like 'subscription%' order by all"
    ) == [
        ("charge.dispute.created", "dp_1", datetime(2026, 4, 1), None, "cus_ada", "email"),
        ("charge.failed", "ch_5", datetime(2026, 3, 1), "failure", "cus_ada", "web"),
        ("charge.refunded", "ch_3", datetime(2026, 4, 1), None, "cus_ada", "email"),
        ("invoice.finalized", "in_1", datetime(2026, 2, 1, 0, 1), None, "cus_ada", "email"),
        ("invoice.finalized", "in_2", datetime(2026, 3, 1), None, "cus_ada", "email"),
        ("invoice.paid", "in_2", datetime(2026, 3, 2), "success", "cus_ada", "web"),
        ("invoice.payment_failed", "in_1", datetime(2026, 2, 1), "failure", "cus_ada", "email"),
    ]


def test_request_to_cancel_comes_before_the_end(adapters: Adapters) -> None:
    assert adapters.rows(
        "select occurred_at, related_id from staging.stg_stripe__interactions"
        " where event_name = 'subscription.cancellation_requested' and customer_key = 'cus_ada'"
    ) == [(datetime(2026, 3, 1), "sub_1")]


def test_bad_rows_are_quarantined_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "customers") == [
        ("created_at", "bad_type"),
        ("customer_id", "missing_value"),
    ]
    assert adapters.quarantined(SOURCE, "events") == [("created_at", "bad_type")]
    assert adapters.quarantined(SOURCE, "subscriptions") == [("status", "not_allowed")]
    assert adapters.quarantined(SOURCE, "charges") == [("amount", "bad_type")]


@pytest.mark.usefixtures("replica")
def test_replica_gives_the_same_streams(adapters: Adapters) -> None:
    assert adapters.row(
        "select count(*) from staging.stg_stripe__accounts where account_id not in"
        " ('cus_ada', 'cus_dash', 'cus_test')"
    ) == (11,)
    assert changes(adapters, "sdgfs4536") == [
        ("started", "active", datetime(2021, 2, 18, 14, 16, 37), None, None, 4, None)
    ]
    assert adapters.row(
        "select count(*), max(total_amount) from staging.base_stripe__charges"
        " where outcome = 'failure' and created_at < timestamp '2022-01-01'"
    ) == (16, Decimal("32932.32"))
    assert adapters.row(
        "select count(*) from staging.stg_stripe__interactions"
        " where event_name = 'charge.dispute.created'"
    ) == (13,)
