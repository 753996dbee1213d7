"""A small company whose churn and offers follow known rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml.churn.features import FEATURES
from ml.upsell.features import FEATURES as UPSELL_FEATURES

AS_OF = date(2026, 6, 30)
HORIZONS = (30, 90, 180, 365)
_INTERCEPT, _USE_EFFECT, _FAILURE_EFFECT = -3.9, -1.0, 1.1


@dataclass(frozen=True, kw_only=True)
class PlantedCompany:
    """Frames as the feature models give them, and the true risk of every row.

    Attributes
    ----------
    features, labels
        As features_churn and labels_churn. Only `usage_change_share` and
        `payment_failure_count_90d` matter; all other features are noise.
    true_risk
        Probability to leave within the next month, in the order of `features`.
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    true_risk: np.ndarray


def planted_company(
    customers: int = 500, months: int = 14, seed: int = 1, intercept: float = _INTERCEPT
) -> PlantedCompany:
    """Simulate month by month: fading use and failed payments make customers leave."""
    generator = np.random.default_rng(seed)
    dates = pd.date_range(end=AS_OF, periods=months, freq="ME")
    names = np.array([f"c{number:05d}" for number in range(customers)])
    use = generator.normal(size=customers)
    alive = np.ones(customers, dtype=bool)
    left_on = np.full(customers, np.datetime64("NaT", "D"))
    started = generator.integers(60, 900, customers)
    frames, risks = [], []
    for number, day in enumerate(dates):
        use = 0.7 * use + 0.7 * generator.normal(size=customers)
        failures = generator.poisson(0.25, customers)
        risk = 1 / (1 + np.exp(-(intercept + _USE_EFFECT * use + _FAILURE_EFFECT * failures)))
        frame = pd.DataFrame({name: generator.normal(size=customers) for name in FEATURES})
        frame["usage_change_share"] = use * 0.3
        frame["payment_failure_count_90d"] = failures
        frame["tenure_days"] = started + 30 * number
        frame.insert(0, "customer_id", names)
        frame.insert(1, "as_of_date", day)
        frame.insert(2, "churn_basis", "contractual")
        frames.append(frame[alive])
        risks.append(risk[alive])
        leaves = alive & (generator.random(customers) < risk)
        left_on[leaves] = day.to_datetime64().astype("datetime64[D]") + generator.integers(
            1, 28, int(leaves.sum())
        )
        alive &= ~leaves
    features = pd.concat(frames, ignore_index=True)
    labels = _labels(features, pd.Series(pd.to_datetime(left_on), index=names))
    return PlantedCompany(features=features, labels=labels, true_risk=np.concatenate(risks))


def planted_offers(customers: int = 900, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two offers: one accepted by those with many tickets, one by those with full seats."""
    generator = np.random.default_rng(seed)
    parts = []
    for day in pd.date_range(end="2026-05-31", periods=12, freq="ME"):
        chosen = generator.permutation(customers)[: customers // 3]
        parts.append(_offer_rows(generator, chosen, day))
    made = pd.concat(parts, ignore_index=True)
    made["offered_date"] = made["as_of_date"] + pd.Timedelta(days=10)
    driver = np.where(
        made["offer_id"] == "support", made["ticket_count_90d"], made["seat_utilisation_rate"]
    )
    accepted = generator.random(len(made)) < 1 / (1 + np.exp(-(-2.2 + 1.6 * driver)))
    known = made["offered_date"] + pd.Timedelta(days=90) <= pd.Timestamp(AS_OF)
    labels = made[["customer_id", "offer_id", "as_of_date", "offered_date"]].assign(
        accepted_in_90d=pd.Series(accepted.astype(float)).where(known)
    )
    everyone = np.arange(customers)
    now = pd.concat(
        [
            _offer_rows(generator, everyone, pd.Timestamp(AS_OF)).assign(offer_id=offer)
            for offer in ("support", "seats")
        ],
        ignore_index=True,
    )
    features = pd.concat([made.drop(columns="offered_date"), now], ignore_index=True)
    return features, labels


def _offer_rows(
    generator: np.random.Generator, customers: np.ndarray, day: pd.Timestamp
) -> pd.DataFrame:
    rows = pd.DataFrame({name: generator.normal(size=len(customers)) for name in UPSELL_FEATURES})
    rows.insert(0, "customer_id", [f"c{number:05d}" for number in customers])
    rows.insert(1, "offer_id", generator.choice(["support", "seats"], len(customers)))
    rows.insert(2, "as_of_date", day)
    return rows


def _labels(features: pd.DataFrame, left_on: pd.Series) -> pd.DataFrame:
    as_of = pd.Timestamp(AS_OF)
    left = features["customer_id"].map(left_on)
    left = left.where(left <= as_of)
    labels = features[["customer_id", "as_of_date"]].copy()
    labels["duration_days"] = (left.fillna(as_of) - labels["as_of_date"]).dt.days
    labels["event_observed"] = left.notna().astype(int)
    labels["known_delay_days"] = 0
    for horizon in HORIZONS:
        known = labels["as_of_date"] + pd.Timedelta(days=horizon) <= as_of
        within = ((left - labels["as_of_date"]).dt.days <= horizon).astype(float)
        labels[f"churned_in_{horizon}d"] = within.where(known)
    return labels
