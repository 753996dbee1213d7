"""Complete Journey: real household purchases and campaigns, recomputed from the files."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from lifelines import KaplanMeierFitter

from .conftest import Finish, FinishedRun

AS_OF = date(2018, 1, 1)
FILES = {
    "transactions": "transactions_sample.csv.gz",
    "products": "products.csv.gz",
    "demographics": "demographics.csv.gz",
    "campaigns": "campaigns.csv.gz",
    "campaign_descriptions": "campaign_descriptions.csv.gz",
    "coupon_redemptions": "coupon_redemptions.csv.gz",
}


@pytest.fixture(scope="session")
def grocer(finish_run: Finish) -> FinishedRun:
    return finish_run("completejourney", "completejourney", AS_OF)


@pytest.fixture(scope="session")
def lines(grocer: FinishedRun) -> list[dict[str, str]]:
    return grocer.landed(FILES["transactions"])


def amount(line: dict[str, str]) -> Decimal:
    """Give the cents of an amount; the file writes some with the noise of floating point."""
    return round(Decimal(line["sales_value"]), 2)


def bought_on(line: dict[str, str]) -> date:
    return datetime.fromisoformat(line["transaction_timestamp"]).date()


@pytest.mark.parametrize("stream", FILES)
def test_every_row_of_a_file_is_loaded_once(grocer: FinishedRun, stream: str) -> None:
    in_file = len(grocer.landed(FILES[stream]))
    assert grocer.row(f"select count(*) from raw.completejourney__{stream}") == (in_file,)


def test_baskets_hold_what_was_paid(grocer: FinishedRun, lines: list[dict[str, str]]) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        paid[f"completejourney:{line['basket_id']}"] += amount(line)
    assert dict(grocer.rows("select order_id, total_amount from core.fct_orders")) == paid


def test_gaps_between_baskets_agree_with_lifelines(
    grocer: FinishedRun, lines: list[dict[str, str]]
) -> None:
    days: dict[str, set[date]] = defaultdict(set)
    for line in lines:
        days[line["household_id"]].add(bought_on(line))
    gaps, is_ended = [], []
    for bought in days.values():
        ordered = sorted(bought)
        for first, second in zip(ordered, [*ordered[1:], AS_OF], strict=True):
            gaps.append((second - first).days)
            is_ended.append(True)
        is_ended[-1] = False
    model = KaplanMeierFitter().fit(gaps, is_ended)
    curve = grocer.rows(
        "select gap_days, survival_share from core.int_repurchase_steps"
        " where dimension = 'all' order by 1"
    )
    expected = model.survival_function_["KM_estimate"]
    assert len(curve) > 200
    assert max(abs(share - expected.loc[day]) for day, share in curve) < 1e-9
    median, observed, mean = grocer.row(
        "select median_days, observed_gap_count, mean_observed_days"
        " from marts.mart_repurchase_cycle where dimension = 'all'"
    )
    ended = [gap for gap, flag in zip(gaps, is_ended, strict=True) if flag]
    assert (median, observed) == (model.median_survival_time_, len(ended))
    assert mean == pytest.approx(sum(ended) / len(ended), rel=1e-12)


def test_open_gaps_make_cycles_of_categories_longer_than_the_plain_mean(
    grocer: FinishedRun,
) -> None:
    """Half buy cheese again after 150 days; those who did so within the year took 82 on average."""
    median, mean = grocer.row(
        "select median_days, mean_observed_days from marts.mart_repurchase_cycle"
        " where dimension = 'product_category' and dimension_value = 'CHEESE'"
    )
    assert median > 1.5 * mean


def test_campaigns_end_with_a_redeemed_coupon(grocer: FinishedRun) -> None:
    redeemed = {
        (row["campaign_id"], row["household_id"])
        for row in grocer.landed(FILES["coupon_redemptions"])
    }
    outcomes = dict(
        grocer.rows(
            "select outcome, count(*) from marts.fct_journeys where journey_id = 'campaign'"
            " group by 1"
        )
    )
    assert sum(outcomes.values()) == len(grocer.landed(FILES["campaigns"]))
    assert outcomes["completed"] == len(redeemed) == 792


def test_money_of_the_year_stands_in_the_months(
    grocer: FinishedRun, lines: list[dict[str, str]]
) -> None:
    by_month: dict[date, Decimal] = defaultdict(Decimal)
    for line in lines:
        by_month[bought_on(line).replace(day=1)] += amount(line)
    found = grocer.rows(
        "select period_start, new_spend_amount + returning_spend_amount from marts.mart_retention"
        " where period_grain = 'month' and segment = 'all'"
    )
    assert dict(found) == by_month
    assert grocer.rows("select distinct wallet_share_basis from marts.mart_retention") == [
        ("no data",)
    ]


def test_customers_cost_nothing_known_when_no_spending_is_on_file(grocer: FinishedRun) -> None:
    assert grocer.rows("select distinct cac_status, cac_amount from marts.mart_acquisition") == [
        ("no spend", None)
    ]
