"""The whole upsell forecast on planted drivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.boosting import BoostingConfig
from ml.tables import TABLES
from ml.upsell import UpsellConfig, UpsellForecast, forecast_upsell
from ml.upsell.evaluate import first_test_day, split_offers
from ml.upsell.features import FEATURES
from ml.upsell.fit import build_offers
from tests.ml.planted import AS_OF, planted_offers

CONFIG = UpsellConfig(
    boosting=BoostingConfig(trees=120, learning_rate=0.06, minimum_child_weight=10), replicates=60
)
Frames = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def frames() -> Frames:
    return planted_offers()


@pytest.fixture(scope="module")
def forecast(frames: Frames) -> UpsellForecast:
    return forecast_upsell(*frames, as_of=AS_OF, config=CONFIG)


def test_each_offers_own_driver_is_found_when_planted(
    frames: Frames, forecast: UpsellForecast
) -> None:
    now = frames[0][frames[0]["as_of_date"] == pd.Timestamp(AS_OF)]
    scored = forecast.scores.merge(now, on=["customer_id", "offer_id"])
    for offer, driver, other in (
        ("support", "ticket_count_90d", "seat_utilisation_rate"),
        ("seats", "seat_utilisation_rate", "ticket_count_90d"),
    ):
        own = scored[scored["offer_id"] == offer]
        assert own["propensity_90d"].corr(own[driver], method="spearman") > 0.7
        assert abs(own["propensity_90d"].corr(own[other], method="spearman")) < 0.4


def test_model_beats_the_baselines_when_tested_out_of_time(forecast: UpsellForecast) -> None:
    values = forecast.metrics.set_index(["subject", "metric"])["value"]
    for baseline in ("prevalence", "offer_rate"):
        assert values["model", "roc_auc"] > values[baseline, "roc_auc"] + 0.1
        assert values["model", "brier"] < values[baseline, "brier"]
    assert values["model", "ece"] < 0.06
    assert {"model:support", "model:seats"} <= set(forecast.metrics["subject"])


def test_answers_of_the_training_are_known_before_the_test_when_split(frames: Frames) -> None:
    offers = build_offers(*frames, feature_names=tuple(FEATURES))
    today = (AS_OF - date(1970, 1, 1)).days
    train, test = split_offers(offers, today, CONFIG)
    first = first_test_day(today, CONFIG)
    assert len(train.accepted) > 0
    assert len(test.accepted) > 0
    assert (train.offered_days + CONFIG.outcome_days <= first).all()
    assert (test.offered_days >= first).all()
    assert (test.offered_days + CONFIG.outcome_days <= today).all()


def test_every_customer_and_offer_is_scored_once_when_fitted(
    frames: Frames, forecast: UpsellForecast
) -> None:
    now = frames[0][frames[0]["as_of_date"] == pd.Timestamp(AS_OF)]
    keys = ["customer_id", "offer_id"]
    assert len(forecast.scores) == len(now)
    assert not forecast.scores.duplicated(keys).any()
    assert forecast.scores["propensity_90d"].between(0, 1).all()
    assert forecast.scores["reason_1"].notna().any()


def test_offer_is_not_forecast_when_seldom_accepted(frames: Frames) -> None:
    features, labels = frames
    labels = labels.copy()
    support = labels["offer_id"] == "support"
    labels.loc[support, "accepted_in_90d"] = labels.loc[support, "accepted_in_90d"].where(
        labels.loc[support, "accepted_in_90d"].isna(), 0.0
    )
    result = forecast_upsell(features, labels, as_of=AS_OF, config=CONFIG)
    status = result.status.set_index("model_name")
    assert status.loc["upsell", "status"] == "fitted"
    assert "Not forecast: support" in status.loc["upsell", "reason"]
    assert status.loc["upsell:support", "status"] == "not_forecast"
    assert "only 0 customers accepted" in status.loc["upsell:support", "reason"]
    assert status.loc["upsell:seats", "status"] == "fitted"
    assert set(result.scores["offer_id"]) == {"seats"}


def test_nothing_is_forecast_when_no_offer_was_made(frames: Frames) -> None:
    features, labels = frames
    now = features[features["as_of_date"] == pd.Timestamp(AS_OF)]
    result = forecast_upsell(now, labels.head(0), as_of=AS_OF, config=CONFIG)
    assert set(result.status["status"]) == {"not_forecast"}
    assert "no offer is on record" in result.status["reason"].iloc[0]
    assert list(result.scores.columns) == list(TABLES["upsell_scores"])
    assert result.scores.empty


def test_nothing_is_forecast_when_there_is_nothing_at_all(frames: Frames) -> None:
    features, labels = frames
    result = forecast_upsell(features.head(0), labels.head(0), as_of=AS_OF, config=CONFIG)
    assert result.status["model_name"].tolist() == ["upsell"]
    assert result.scores.empty


def test_bytes_are_the_same_when_rows_come_in_another_order(
    frames: Frames, forecast: UpsellForecast, tmp_path: Path
) -> None:
    shuffled = [frame.sample(frac=1, random_state=2) for frame in frames]
    again = forecast_upsell(shuffled[0], shuffled[1], as_of=AS_OF, config=CONFIG)
    first, second = forecast.save(tmp_path / "a"), again.save(tmp_path / "b")
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name
    card = (first / "card.md").read_text(encoding="utf-8")
    assert "Baseline: each offer's own rate" in card
    assert "only a trial with a control group" in card


def test_propensity_is_the_same_when_answers_not_yet_known_change(frames: Frames) -> None:
    features, labels = frames
    changed = labels.copy()
    unknown = changed["accepted_in_90d"].isna()
    assert unknown.any()
    changed.loc[unknown, "accepted_in_90d"] = 1.0
    base = forecast_upsell(features, labels, as_of=AS_OF, config=CONFIG).scores
    moved = forecast_upsell(features, changed, as_of=AS_OF, config=CONFIG).scores
    assert np.array_equal(base["propensity_90d"], moved["propensity_90d"])
