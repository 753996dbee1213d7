"""The whole churn forecast on planted causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.boosting import BoostingConfig
from ml.churn import ChurnConfig, ChurnForecast, forecast_churn
from ml.churn.features import FEATURES
from ml.churn.score import expected_days
from ml.evaluation.metrics import forecast_metrics, rank_forecast
from ml.tables import TABLES
from tests.ml.planted import AS_OF, PlantedCompany, planted_company

CONFIG = ChurnConfig(
    boosting=BoostingConfig(trees=100, learning_rate=0.06, minimum_child_weight=10), replicates=60
)


@pytest.fixture(scope="module")
def company() -> PlantedCompany:
    return planted_company(customers=1_200)


@pytest.fixture(scope="module")
def forecast(company: PlantedCompany) -> ChurnForecast:
    return forecast_churn(company.features, company.labels, as_of=AS_OF, config=CONFIG)


def _value(forecast: ChurnForecast, subject: str, metric: str) -> float:
    table = forecast.metrics
    (value,) = table.loc[(table["subject"] == subject) & (table["metric"] == metric), "value"]
    return float(value)


def test_planted_causes_are_found_when_forecast(forecast: ChurnForecast) -> None:
    assert set(forecast.importance["feature"].head(2)) == {
        "usage_change_share",
        "payment_failure_count_90d",
    }
    assert _value(forecast, "model", "roc_auc_30d") > 0.70
    for metric, better in (("roc_auc", 1), ("pr_auc", 1), ("lift_top_decile", 1), ("brier", -1)):
        for baseline in ("prevalence", "tenure_only", "rfm_only"):
            gain = _value(forecast, "model", metric) - _value(forecast, baseline, metric)
            assert better * gain > 0, (metric, baseline)


def test_ranking_is_near_the_best_attainable_when_compared_with_the_truth(
    company: PlantedCompany, forecast: ChurnForecast
) -> None:
    now = (company.features["as_of_date"] == pd.Timestamp(AS_OF)).to_numpy()
    true_risk = pd.Series(company.true_risk[now], index=company.features["customer_id"][now])
    scored = forecast.scores.set_index("customer_id")["churn_probability_30d"]
    joined = pd.concat([scored, true_risk.rename("truth")], axis=1)
    assert joined.notna().all(axis=None)
    assert joined.corr(method="spearman").iloc[0, 1] > 0.75
    generator = np.random.default_rng(9)
    leaves = (generator.random((200, len(joined))) < joined["truth"].to_numpy()).astype(float)
    gap = [
        forecast_metrics(rank_forecast(drawn, joined["truth"].to_numpy()))["roc_auc"]
        - forecast_metrics(rank_forecast(drawn, scored.to_numpy()))["roc_auc"]
        for drawn in leaves
    ]
    assert np.mean(gap) < 0.05


def test_probabilities_hold_when_tested_out_of_time(forecast: ChurnForecast) -> None:
    assert _value(forecast, "model", "ece") < 0.04
    table = forecast.calibration
    inside = (table["lower"] - 0.03 <= table["predicted_mean"]) & (
        table["predicted_mean"] <= table["upper"] + 0.03
    )
    assert inside.mean() >= 0.8
    assert table["n"].sum() == forecast.status["test_rows"].iloc[0]


def test_every_active_customer_is_scored_once_when_fitted(
    company: PlantedCompany, forecast: ChurnForecast
) -> None:
    now = company.features[company.features["as_of_date"] == pd.Timestamp(AS_OF)]
    scores = forecast.scores
    assert sorted(scores["customer_id"]) == sorted(now["customer_id"])
    assert (scores["churn_probability_30d"] < scores["churn_probability_90d"]).all()
    assert (scores["churn_probability_90d"] < scores["churn_probability_180d"]).all()
    assert scores["expected_remaining_days"].between(1, 365).all()
    assert (scores["model_version"] == forecast.version).all()
    assert scores["risk_decile"].value_counts().max() <= len(scores) // 10 + 1
    by_decile = scores.groupby("risk_decile")["churn_probability_90d"]
    assert (by_decile.min().iloc[:-1].to_numpy() >= by_decile.max().iloc[1:].to_numpy()).all()


def test_reasons_state_the_customers_own_values_when_planted(
    company: PlantedCompany, forecast: ChurnForecast
) -> None:
    worst = forecast.scores.sort_values("churn_probability_90d").iloc[-1]
    own = company.features[
        (company.features["customer_id"] == worst["customer_id"])
        & (company.features["as_of_date"] == pd.Timestamp(AS_OF))
    ].iloc[0]
    words = {
        f"Product use fell {-100 * own['usage_change_share']:.0f} % against the month before",
        f"{own['payment_failure_count_90d']:.0f} failed payment(s) in 90 days",
    }
    reasons = [str(worst[f"reason_{place}"]) for place in (1, 2)]
    assert all(any(reason.startswith(word) for word in words) for reason in reasons), reasons


def test_reasons_only_raise_risk_and_fall_in_strength_when_listed(forecast: ChurnForecast) -> None:
    scores = forecast.scores
    for place in (1, 2, 3):
        text, effect = scores[f"reason_{place}"], scores[f"reason_{place}_effect"]
        assert (text.isna() == effect.isna()).all()
        assert (effect.dropna() >= CONFIG.minimum_effect).all()
    both = scores.dropna(subset=["reason_2"])
    assert (both["reason_1_effect"] >= both["reason_2_effect"]).all()
    assert scores["reason_1"].isna().any(), "someone has no reason to leave"


def test_bytes_are_the_same_when_rows_come_in_another_order(
    company: PlantedCompany, forecast: ChurnForecast, tmp_path: Path
) -> None:
    again = forecast_churn(
        company.features.sample(frac=1, random_state=4),
        company.labels.sample(frac=1, random_state=5),
        as_of=AS_OF,
        config=CONFIG,
    )
    folders = [run.save(tmp_path / name) for name, run in (("a", forecast), ("b", again))]
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == sorted(path.name for path in folders[1].iterdir())
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    pd.testing.assert_frame_equal(forecast.scores, again.scores)


def test_card_says_what_when_and_how_good_when_saved(
    forecast: ChurnForecast, tmp_path: Path
) -> None:
    folder = forecast.save(tmp_path)
    assert folder == tmp_path / "churn" / forecast.version
    assert {"model.json", "config.json", "metrics.csv", "card.md", "card.html"} <= {
        path.name for path in folder.iterdir()
    }
    card = (folder / "card.md").read_text(encoding="utf-8")
    auc = _value(forecast, "model", "roc_auc")
    status = forecast.status.iloc[0]
    for expected in (
        forecast.version,
        f"{auc:.3f}",
        "Baseline: tenure alone",
        "95 % interval",
        f"{status['test_from']:%Y-%m-%d}",
        f"{status['test_rows']:,} rows",
        "## Limits",
        "no proof of cause",
    ):
        assert expected in card, expected
    page = (folder / "card.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    links = page.replace('xmlns="http://www.w3.org/2000/svg"', "").replace(
        'xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )
    assert "http" not in links, "the card must need no network"


def test_nothing_is_forecast_when_nobody_leaves() -> None:
    calm = planted_company(customers=150, months=12, intercept=-20)
    result = forecast_churn(calm.features, calm.labels, as_of=AS_OF, config=CONFIG)
    _assert_not_forecast(result, "only 0 left within 90 days; at least 30")


def test_nothing_is_forecast_when_history_is_short() -> None:
    young = planted_company(customers=150, months=4)
    _assert_not_forecast(
        forecast_churn(young.features, young.labels, as_of=AS_OF, config=CONFIG), "few months"
    )


def test_nothing_is_forecast_when_there_are_no_customers(company: PlantedCompany) -> None:
    result = forecast_churn(
        company.features.head(0), company.labels.head(0), as_of=AS_OF, config=CONFIG
    )
    _assert_not_forecast(result, "no customer is active")


def test_silence_is_explained_when_hardly_any_buyer_returns() -> None:
    days = pd.date_range(end=AS_OF, periods=18, freq="ME")
    features = pd.DataFrame(
        [{"customer_id": f"c{number}", "as_of_date": day} for day in days for number in range(60)]
    ).assign(churn_basis="silence", **dict.fromkeys(FEATURES, 1.0))
    known = features["as_of_date"] + pd.Timedelta(days=180) <= pd.Timestamp(AS_OF)
    gone = pd.Series(np.where(features["customer_id"] == "c7", 0.0, 1.0)).where(known)
    labels = features[["customer_id", "as_of_date"]].assign(
        known_delay_days=0,
        churned_in_30d=np.nan,
        churned_in_90d=np.nan,
        churned_in_180d=gone,
        churned_in_365d=np.nan,
    )
    result = forecast_churn(features, labels, as_of=AS_OF, config=CONFIG)
    _assert_not_forecast(result, "of 60 customers in the training only 1 bought again within 180")


def test_other_way_of_leaving_is_named_when_not_scored(company: PlantedCompany) -> None:
    features = company.features.copy()
    buyers = features["customer_id"].isin([f"c{number:05d}" for number in range(20)])
    features.loc[buyers, "churn_basis"] = "silence"
    result = forecast_churn(features, company.labels, as_of=AS_OF, config=CONFIG)
    assert "customers who only order" in result.status["reason"].iloc[0]
    assert not result.scores["customer_id"].isin(features.loc[buyers, "customer_id"]).any()


def test_alarm_is_raised_when_a_feature_knows_the_future(company: PlantedCompany) -> None:
    leak = company.labels["churned_in_90d"].fillna(0)
    features = company.features.assign(low_score_count_180d=leak.to_numpy())
    result = forecast_churn(features, company.labels, as_of=AS_OF, config=CONFIG)
    assert "low_score_count_180d alone" in result.status["alarm"].iloc[0]


def test_unlisted_columns_are_never_learned_from_when_present(
    company: PlantedCompany, forecast: ChurnForecast
) -> None:
    assert forecast.model is not None
    features = company.features.assign(exit_survey_score=company.labels["churned_in_90d"])
    result = forecast_churn(features, company.labels, as_of=AS_OF, config=CONFIG)
    assert result.model is not None
    assert result.model.feature_names == forecast.model.feature_names
    assert _value(result, "model", "roc_auc") == _value(forecast, "model", "roc_auc")


def test_forecast_refuses_when_rows_are_later_than_the_as_of_date(company: PlantedCompany) -> None:
    with pytest.raises(ValueError, match="later than 2026-05-31"):
        forecast_churn(company.features, company.labels, as_of=date(2026, 5, 31), config=CONFIG)


def test_forecast_refuses_when_a_feature_is_missing(company: PlantedCompany) -> None:
    with pytest.raises(ValueError, match="lacks the columns seats"):
        forecast_churn(
            company.features.drop(columns="seats"), company.labels, as_of=AS_OF, config=CONFIG
        )


def test_expected_days_equal_the_integral_when_hazards_are_constant() -> None:
    # exp(-0.01 t): the area up to 100 is (1 - exp(-1)) / 0.01.
    survival = np.exp(-0.01 * np.array([[30.0, 90.0, 100.0]]))
    assert expected_days(survival, (30, 90, 100)) == pytest.approx([(1 - np.exp(-1)) / 0.01])
    assert expected_days(np.ones((1, 2)), (30, 90)) == pytest.approx([90])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizons_days": (90, 30)}, "rise"),
        ({"headline_days": 60}, "60"),
        ({"test_snapshots": 0}, "test_snapshots"),
        ({"minimum_effect": -1.0}, "minimum_effect"),
    ],
)
def test_config_refuses_when_a_value_is_out_of_range(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **change)


def _assert_not_forecast(result: ChurnForecast, reason: str) -> None:
    status = result.status.iloc[0]
    assert status["status"] == "not_forecast"
    assert reason in status["reason"]
    assert result.model is None
    for table, frame in (
        ("churn_scores", result.scores),
        ("model_metrics", result.metrics),
        ("calibration", result.calibration),
        ("feature_importance", result.importance),
    ):
        assert frame.empty
        assert list(frame.columns) == list(TABLES[table])
