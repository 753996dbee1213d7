"""Curves and ratios against hand counts, published values and planted effects."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_rossi

from ml.survival import SurvivalConfig, estimate_survival
from ml.survival.fit import choose_penalizer, fit_cox, kaplan_meier
from ml.tables import TABLES

AS_OF = date(2026, 6, 30)
CONFIG = SurvivalConfig(replicates=40)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    rows = 2_500
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{number:05d}" for number in range(rows)],
            "segment": generator.choice(["small", "large"], rows),
            "start_seats_log": generator.normal(size=rows),
            "usage_per_day_to_landmark_log": generator.normal(size=rows),
            "ticket_count_to_landmark": generator.poisson(1, rows),
        }
    )
    # Hazards multiply by e^0.5 and e^-0.4; tickets do nothing.
    rate = np.exp(0.5 * frame["start_seats_log"] - 0.4 * frame["usage_per_day_to_landmark_log"])
    leaves = generator.exponential(500 / rate)
    seen = generator.uniform(30, 700, rows)
    return frame.assign(
        duration_days=np.minimum(leaves, seen).astype(int),
        event_observed=(leaves <= seen).astype(int),
    )


def test_curve_equals_hand_count_when_some_are_censored() -> None:
    # 6 at the start; day 2 loses 1 of 6; day 3 loses 1 of 4 (one was censored on day 2);
    # day 5 loses 1 of 2 (one was censored on day 4).
    durations = np.array([2.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    events = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    curve = kaplan_meier(durations, events, times=[0, 2, 3, 4, 5, 6])
    assert curve["survival"].tolist() == pytest.approx(
        [1, 5 / 6, 5 / 6 * 3 / 4, 5 / 8, 5 / 16, 5 / 16]
    )
    assert curve["at_risk"].tolist() == [6, 6, 4, 3, 2, 1]
    assert (curve["lower"] <= curve["survival"]).all()
    assert (curve["survival"] <= curve["upper"]).all()


def test_cox_equals_published_values_when_fitted_on_rossi() -> None:
    rossi = load_rossi().rename(columns={"week": "duration_days", "arrest": "event_observed"})
    covariates = [name for name in rossi if name not in ("duration_days", "event_observed")]
    found = fit_cox(rossi, covariates, CONFIG)
    assert found.penalizer == 0
    assert found.log_likelihood == pytest.approx(-658.75, abs=0.01)
    assert found.concordance == pytest.approx(0.640, abs=0.001)
    ratios = found.hazard_ratios.set_index("covariate")
    assert ratios.loc["fin", "hazard_ratio"] == pytest.approx(0.68, abs=0.01)
    assert ratios.loc["age", "proportionality_p_value"] < 0.05


def test_planted_ratios_are_recovered_when_estimated(customers: pd.DataFrame) -> None:
    found = estimate_survival(customers, as_of=AS_OF, config=CONFIG)
    ratios = found.hazard_ratios.set_index("covariate")
    for covariate, effect in (
        ("start_seats_log", 0.5),
        ("usage_per_day_to_landmark_log", -0.4),
        ("ticket_count_to_landmark", 0.0),
    ):
        log_ratio = np.log(ratios.loc[covariate, "hazard_ratio"])
        spread = (np.log(ratios.loc[covariate, "upper"]) - log_ratio) / 1.96
        assert abs(log_ratio - effect) < 3 * spread < 0.2
    assert ratios.loc["ticket_count_to_landmark", "p_value"] > 0.05
    metrics = found.metrics.set_index(["subject", "metric"])
    held_out = metrics.loc[("model", "c_index")]
    assert held_out["lower"] < held_out["value"] < held_out["upper"]
    assert held_out["lower"] > metrics.loc[("prevalence", "c_index"), "value"]
    assert found.status["status"].tolist() == ["fitted"]


def test_curves_fall_and_groups_are_kept_when_published(customers: pd.DataFrame) -> None:
    curves = estimate_survival(customers, as_of=AS_OF, config=CONFIG).curves
    assert set(curves["group_value"]) == {"all", "small", "large"}
    for _, rows in curves.groupby(["group_name", "group_value"]):
        assert rows["duration_days"].is_monotonic_increasing
        assert (rows["survival"].diff().dropna() <= 0).all()
        assert (rows["at_risk"].diff().dropna() <= 0).all()
    assert curves["duration_days"].max() <= customers["duration_days"].max()


def test_only_curves_are_given_when_nothing_is_known_at_the_start(customers: pd.DataFrame) -> None:
    bare = customers[["customer_id", "duration_days", "event_observed"]]
    found = estimate_survival(bare, as_of=AS_OF, config=CONFIG)
    assert not found.curves.empty
    assert found.hazard_ratios.empty
    assert "nothing is known" in found.status["reason"].iloc[0]


def test_cox_is_left_out_when_losses_are_too_few(customers: pd.DataFrame) -> None:
    found = estimate_survival(customers.head(60), as_of=AS_OF, config=CONFIG)
    assert found.hazard_ratios.empty
    assert "too few for 3 covariates" in found.status["reason"].iloc[0]


def test_nothing_is_estimated_when_there_are_no_customers() -> None:
    empty = pd.DataFrame(
        {
            "customer_id": pd.Series([], dtype="str"),
            "duration_days": pd.Series([], dtype="int64"),
            "event_observed": pd.Series([], dtype="int64"),
        }
    )
    found = estimate_survival(empty, as_of=AS_OF, config=CONFIG)
    assert found.status["status"].tolist() == ["not_forecast"]
    assert list(found.curves.columns) == list(TABLES["survival_curves"])


def test_ridge_is_used_only_when_covariates_are_collinear(customers: pd.DataFrame) -> None:
    columns = customers[["start_seats_log", "usage_per_day_to_landmark_log"]]
    assert choose_penalizer(columns, CONFIG) == 0
    twin = columns.assign(twin=columns["start_seats_log"] * 2 + 1)
    assert choose_penalizer(twin, CONFIG) == CONFIG.penalizer_when_collinear


def test_bytes_are_the_same_when_rows_come_in_another_order(
    customers: pd.DataFrame, tmp_path: Path
) -> None:
    first = estimate_survival(customers, as_of=AS_OF, config=CONFIG).save(tmp_path / "a")
    shuffled = customers.sample(frac=1, random_state=3)
    second = estimate_survival(shuffled, as_of=AS_OF, config=CONFIG).save(tmp_path / "b")
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name
    assert "Hazard ratio" in (first / "card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer_id": "same"}, "twice"),
        ({"duration_days": -1}, "negative"),
    ],
)
def test_estimate_refuses_when_rows_are_not_customers(
    customers: pd.DataFrame, change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        estimate_survival(customers.assign(**change), as_of=AS_OF, config=CONFIG)
