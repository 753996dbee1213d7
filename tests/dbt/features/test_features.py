"""Features know nothing later than their date, and count what plain Python counts."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from tests.dbt.conftest import AS_OF, MakeWarehouse, Warehouse
from tests.dbt.features.history import History, Row, put, random_history

CUT = date(2026, 2, 28)
KEYS = {"features_churn": "1, 2", "features_upsell": "1, 2, 3"}


@pytest.fixture(scope="module")
def history() -> History:
    return random_history(seed=11)


def _features(warehouse: Warehouse, table: str) -> pd.DataFrame:
    return warehouse.frame(
        f"select * from features.{table} where as_of_date <= date '{CUT}' order by {KEYS[table]}"
    )


@pytest.mark.parametrize("seed", [11, 12])
def test_no_feature_changes_when_later_rows_arrive(
    make_warehouse: MakeWarehouse, seed: int
) -> None:
    lived = random_history(seed=seed)
    then = put(make_warehouse, lived.known_on(CUT), AS_OF)
    now = put(make_warehouse, lived.known_on(AS_OF), AS_OF)
    before, after = (_features(warehouse, "features_churn") for warehouse in (then, now))
    assert set(before["churn_basis"]) == {"contractual", "silence"}
    assert len(before) > 50
    pd.testing.assert_frame_equal(before, after)
    offers = [_features(warehouse, "features_upsell") for warehouse in (then, now)]
    # Offers made in the month after the last snapshot are not there yet.
    made = offers[0].merge(offers[1], how="left", indicator=True)
    assert (made["_merge"] == "both").all()
    assert len(made) > 20


def test_known_labels_stay_when_later_rows_arrive(
    make_warehouse: MakeWarehouse, history: History
) -> None:
    frames = [
        put(make_warehouse, history.known_on(as_of), as_of).frame(
            "select * from features.labels_churn"
        )
        for as_of in (CUT, AS_OF)
    ]
    joined = frames[0].merge(
        frames[1], on=["customer_id", "as_of_date"], suffixes=("_then", "_now")
    )
    compared = 0
    for horizon in (30, 90, 180, 365):
        known = joined[f"churned_in_{horizon}d_then"].notna()
        compared += int(known.sum())
        assert (
            joined.loc[known, f"churned_in_{horizon}d_then"]
            == joined.loc[known, f"churned_in_{horizon}d_now"]
        ).all()
    assert compared > 100


def test_counts_equal_plain_python_when_recounted(
    make_warehouse: MakeWarehouse, history: History
) -> None:
    rows = history.known_on(AS_OF)
    warehouse = put(make_warehouse, rows, AS_OF)
    features = warehouse.frame("select * from features.features_churn")
    assert len(features) > 60
    for feature in features.itertuples():
        expected = _recount(rows, feature.customer_id, feature.as_of_date.date())
        found = {name: getattr(feature, name) for name in expected}
        assert found == pytest.approx(expected, nan_ok=True), (
            feature.customer_id,
            feature.as_of_date,
        )


def test_active_customers_equal_those_of_core_on_the_as_of_date(
    make_warehouse: MakeWarehouse, history: History
) -> None:
    warehouse = put(make_warehouse, history.known_on(AS_OF), AS_OF)
    running = warehouse.rows(
        "select distinct customer_id from core.fct_subscription_changes"
        " where status = 'active' and valid_to is null"
    )
    scored = warehouse.rows(
        "select customer_id from features.features_churn"
        f" where as_of_date = date '{AS_OF}' and churn_basis = 'contractual'"
    )
    assert sorted(running) == sorted(scored)


def _recount(rows: dict[str, list[Row]], customer_id: str, day: date) -> dict[str, float]:
    def since(days: int) -> date:
        return day - timedelta(days=days - 1)

    own = {
        relation: [row for row in found if row.get("customer_id") == customer_id]
        for relation, found in rows.items()
    }
    contacts = [
        (row["occurred_at"].date(), row["touchpoint_id"], row["outcome"])
        for row in own["core.fct_interactions"]
        if row["occurred_at"].date() <= day
    ]
    usage = [row for row in own["core.fct_usage_daily"] if row["usage_date"] <= day]
    tickets = [row for row in own["core.fct_tickets"] if row["opened_at"].date() <= day]
    still_open = [
        row for row in tickets if row["solved_at"] is None or row["solved_at"].date() > day
    ]
    answers = [
        row
        for row in own["core.fct_survey_answers"]
        if row["metric"] == "NPS" and row["answered_at"].date() <= day
    ]
    users = {
        row["user_id"]
        for row in rows["core.int_usage_unioned"]
        if row["customer_key"] == customer_id and since(90) <= row["usage_date"] <= day
    }
    seats = [
        row["seats"]
        for row in own["core.fct_subscription_changes"]
        if row["status"] == "active"
        and row["changed_at"].date() <= day
        and (row["valid_to"] is None or row["valid_to"].date() > day)
    ]
    orders = [row for row in own["core.fct_orders"] if row["ordered_at"].date() <= day]
    return {
        "payment_failure_count_90d": sum(
            when >= since(90) for when, touchpoint, _ in contacts if touchpoint == "payment_failure"
        ),
        "payment_failure_count_180d": sum(
            when >= since(180)
            for when, touchpoint, _ in contacts
            if touchpoint == "payment_failure"
        ),
        "unexpected_charge_count_90d": sum(
            when >= since(90) and outcome == "unexpected_fee"
            for when, touchpoint, outcome in contacts
            if touchpoint == "invoice"
        ),
        "interaction_count_30d": sum(when >= since(30) for when, _, _ in contacts),
        "usage_event_count_90d": sum(
            row["event_count"] for row in usage if row["usage_date"] >= since(90)
        ),
        "active_day_count_30d": len(
            {row["usage_date"] for row in usage if row["usage_date"] >= since(30)}
        ),
        "ticket_count_90d": sum(row["opened_at"].date() >= since(90) for row in tickets),
        "open_ticket_count": len(still_open),
        "oldest_open_ticket_days": max(
            ((day - row["opened_at"].date()).days for row in still_open), default=0
        ),
        "last_nps_score": (
            max(answers, key=lambda row: (row["answered_at"], row["answer_id"]))["score"]
            if answers
            else float("nan")
        ),
        "seat_utilisation_rate": len(users) / sum(seats) if seats else float("nan"),
        "order_count": len(orders),
        "order_amount": float(sum(row["total_amount"] for row in orders)),
        "late_delivery_count": sum(
            row["delivered_at"] is not None
            and row["delivered_at"].date() <= day
            and row["delivered_at"] > row["estimated_delivery_at"]
            for row in orders
        ),
        "is_onboarded": int(
            {"first_report", "data_import"} <= {touchpoint for _, touchpoint, _ in contacts}
        ),
    }
