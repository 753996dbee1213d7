"""Fits see only what was known, and hazards behave."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.boosting import BoostingConfig, exact_contributions, predict_margin
from ml.churn.config import ChurnConfig
from ml.churn.evaluate import plan_split, split_rows
from ml.churn.features import FEATURES
from ml.churn.fit import (
    Snapshots,
    build_snapshots,
    epoch_day,
    fit_churn_model,
    period_rows,
    with_period,
)
from tests.ml.planted import AS_OF, HORIZONS, PlantedCompany, planted_company

CONFIG = ChurnConfig(boosting=BoostingConfig(trees=60, learning_rate=0.1))


@pytest.fixture(scope="module")
def company() -> PlantedCompany:
    return planted_company()


def _snapshots(company: PlantedCompany, labels: pd.DataFrame | None = None) -> Snapshots:
    return build_snapshots(
        company.features,
        company.labels if labels is None else labels,
        feature_names=tuple(FEATURES),
        horizons_days=HORIZONS,
    )


def test_training_ends_before_test_begins_when_horizons_and_delay_count(
    company: PlantedCompany,
) -> None:
    snapshots = _snapshots(company, company.labels.assign(known_delay_days=30))
    plan = plan_split(snapshots, epoch_day(AS_OF), CONFIG)
    assert plan is not None
    train, test = split_rows(snapshots, plan, epoch_day(AS_OF))
    assert (train.days + plan.headline_days + 30 <= plan.first_day).all()
    assert (test.days >= plan.first_day).all()
    assert (test.days + plan.headline_days + 30 <= epoch_day(AS_OF)).all()
    assert len(np.unique(test.days)) == CONFIG.test_snapshots
    rows = period_rows(snapshots, plan.first_day, maximum_rows=10**9, seed=1)
    ends = np.array(HORIZONS)[rows.period]
    assert (snapshots.days[rows.snapshot] + ends + 30 <= plan.first_day).all()


def test_model_is_the_same_when_outcomes_not_yet_known_change(company: PlantedCompany) -> None:
    known_by = date(2026, 1, 31)
    changed = company.labels.copy()
    for horizon in HORIZONS:
        later = changed["as_of_date"] + pd.Timedelta(days=horizon) > pd.Timestamp(known_by)
        changed.loc[later, f"churned_in_{horizon}d"] = 1.0
    models = [
        fit_churn_model(_snapshots(company, labels), epoch_day(known_by), CONFIG)
        for labels in (company.labels, changed)
    ]
    assert models[0].booster.save_raw("json") == models[1].booster.save_raw("json")
    assert models[0].recalibration == models[1].recalibration


def test_periods_are_entered_only_by_those_who_stayed_when_unfolded() -> None:
    labels = pd.DataFrame(
        {
            "customer_id": ["early", "late", "stays", "new"],
            "as_of_date": pd.to_datetime(["2026-01-31"] * 3 + ["2026-05-31"]),
            "known_delay_days": 0,
            "churned_in_30d": [1.0, 0.0, 0.0, 0.0],
            "churned_in_90d": [1.0, 1.0, 0.0, np.nan],
        }
    )
    features = labels[["customer_id", "as_of_date"]].assign(tenure_days=1.0)
    snapshots = build_snapshots(
        features, labels, feature_names=("tenure_days",), horizons_days=(30, 90)
    )
    rows = period_rows(snapshots, epoch_day(AS_OF), maximum_rows=100, seed=1)
    found = {
        (snapshots.customer_ids[snapshot], int(period)): left
        for snapshot, period, left in zip(rows.snapshot, rows.period, rows.left, strict=True)
    }
    assert found == {
        ("early", 0): 1,
        ("late", 0): 0,
        ("late", 1): 1,
        ("stays", 0): 0,
        ("stays", 1): 0,
        ("new", 0): 0,
    }


def test_thinning_keeps_every_loss_and_the_total_when_rows_are_too_many(
    company: PlantedCompany,
) -> None:
    snapshots = _snapshots(company)
    all_rows = period_rows(snapshots, epoch_day(AS_OF), maximum_rows=10**9, seed=1)
    thinned = period_rows(snapshots, epoch_day(AS_OF), maximum_rows=3_000, seed=1)
    assert len(thinned.left) == 3_000
    assert thinned.left.sum() == all_rows.left.sum()
    assert thinned.weight.sum() == pytest.approx(len(all_rows.left))
    assert (thinned.weight[thinned.left == 1] == 1).all()


def test_survival_never_rises_when_horizons_grow(company: PlantedCompany) -> None:
    snapshots = _snapshots(company)
    model = fit_churn_model(snapshots, epoch_day(AS_OF), CONFIG)
    survival = model.survival(snapshots.matrix)
    assert (np.diff(survival, axis=1) <= 0).all()
    assert (survival > 0).all()
    assert (survival < 1).all()


def test_last_daily_hazard_is_carried_on_when_a_period_was_never_seen(
    company: PlantedCompany,
) -> None:
    # On this day no snapshot is 365 days old.
    model = fit_churn_model(_snapshots(company), epoch_day(date(2026, 2, 28)), CONFIG)
    assert model.horizons_days[model.last_period] == 180
    survival = model.survival(_snapshots(company).matrix[:50])
    day_before = (survival[:, 2] / survival[:, 1]) ** (1 / 90)
    day_after = (survival[:, 3] / survival[:, 2]) ** (1 / 185)
    assert day_after == pytest.approx(day_before)


def test_contributions_add_up_to_the_forecast_when_summed(company: PlantedCompany) -> None:
    snapshots = _snapshots(company)
    model = fit_churn_model(snapshots, epoch_day(AS_OF), CONFIG)
    rows = with_period(snapshots.matrix[:200], 30)
    rest = predict_margin(model.booster, rows) - exact_contributions(model.booster, rows).sum(1)
    assert rest == pytest.approx(np.full(200, rest[0]), abs=1e-4)


def test_snapshots_refuse_when_columns_lack_or_keys_repeat(company: PlantedCompany) -> None:
    with pytest.raises(ValueError, match="labels_churn lacks the columns churned_in_90d"):
        _snapshots(company, company.labels.drop(columns="churned_in_90d"))
    with pytest.raises(ValueError, match="merge"):
        _snapshots(company, pd.concat([company.labels, company.labels.head(1)]))
