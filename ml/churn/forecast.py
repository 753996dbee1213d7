"""The churn forecast as one call: check, test, fit, score, explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.churn.card import churn_card
from ml.churn.config import ChurnConfig
from ml.churn.evaluate import (
    Counts,
    SplitPlan,
    evaluate_churn,
    plan_split,
    rarer_class_customers,
    split_rows,
)
from ml.churn.features import FEATURES
from ml.churn.fit import ChurnModel, Snapshots, build_snapshots, epoch_day, fit_churn_model
from ml.churn.score import score_churn
from ml.forecast import Evaluation, Forecast
from ml.registry.card import ModelCard
from ml.registry.versions import model_version
from ml.tables import typed_frame

MODEL_NAME = "churn"
_BASIS_WORDS = {
    "contractual": "customers with a subscription",
    "silence": "customers who only order",
}


@dataclass(frozen=True, kw_only=True)
class ChurnForecast(Forecast[ChurnConfig, ChurnModel]):
    """Result of `forecast_churn`."""

    model_name = MODEL_NAME
    model_settings = ("horizons_days", "last_period")

    def card(self, plots: Mapping[str, str]) -> ModelCard:
        """Return the model card with plots, caption to SVG."""
        return churn_card(self, plots)


@dataclass(frozen=True, kw_only=True)
class _Readiness:
    """Whether there is enough to learn from, and how it is split."""

    plan: SplitPlan | None
    counts: Counts
    problem: str | None


_NOTHING = Counts(train_rows=0, train_positives=0, test_rows=0, test_positives=0)


def forecast_churn(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    as_of: date,
    config: ChurnConfig | None = None,
) -> ChurnForecast:
    """Forecast which of today's customers will leave.

    A hazard per period (days 1–30, 31–90, …) is learned by boosted trees from monthly snapshots
    (discrete-time survival; Singer & Willett 1993; as a series of snapshots, van Houwelingen 2007).
    It is tested out of time, then fitted again on everything known at the as-of date. When there
    is too little to learn from, nothing is scored and the status says why.

    Parameters
    ----------
    features
        features_churn: customer_id, as_of_date, churn_basis and the columns of
        `ml.churn.features.FEATURES`; only customers active at each date. The rows of `as_of`
        are scored.
    labels
        labels_churn: customer_id, as_of_date, known_delay_days, churned_in_{horizon}d (1, 0, or
        missing while not known).
    as_of
        Last day that counts.
    config
        Choices of the model.

    Raises
    ------
    ValueError
        When a column is missing, a key repeats, or a row is later than `as_of`.
    """
    config = config or ChurnConfig()
    names = [*FEATURES, "churn_basis"]
    missing = [name for name in names if name not in features.columns]
    if missing:
        raise ValueError(f"features_churn lacks the columns {', '.join(missing)}")
    if len(features) and pd.Timestamp(features["as_of_date"].max()) > pd.Timestamp(as_of):
        raise ValueError(f"features_churn holds rows later than {as_of}")
    version = model_version(MODEL_NAME, as_of=as_of, config=config, frames=(features, labels))
    basis, note = _main_basis(features, as_of)
    if basis is None:
        return _no_forecast(note, _NOTHING, None, as_of, version, config)
    chosen = features[features["churn_basis"] == basis]
    horizons = _known_horizons(chosen, labels, config)
    if not horizons:
        reason = "no snapshot is old enough for its outcome to be known yet"
        return _no_forecast(reason, _NOTHING, None, as_of, version, config)
    snapshots = build_snapshots(
        chosen, labels, feature_names=tuple(FEATURES), horizons_days=horizons
    )
    ready = _check(snapshots, as_of, basis, config)
    if ready.plan is None or ready.problem is not None:
        return _no_forecast(ready.problem or "", ready.counts, ready.plan, as_of, version, config)
    return _fitted(snapshots, ready.plan, ready.counts, as_of, version, config, note)


def _fitted(
    snapshots: Snapshots,
    plan: SplitPlan,
    counts: Counts,
    as_of: date,
    version: str,
    config: ChurnConfig,
    note: str,
) -> ChurnForecast:
    today = epoch_day(as_of)
    evaluation = evaluate_churn(snapshots, plan, today, config)
    model = fit_churn_model(snapshots, today, config)
    current = snapshots.take(snapshots.days == today)
    scores, importance = score_churn(model, current, as_of=as_of, version=version, config=config)
    reason = " ".join(part for part in (_test_sentence(evaluation, plan), note) if part)
    return ChurnForecast.fitted(
        scores=scores,
        importance=importance,
        status=_status("fitted", reason, counts, plan, as_of, version, evaluation.alarm),
        as_of=as_of,
        version=version,
        config=config,
        model=model,
        evaluation=evaluation,
    )


def _main_basis(features: pd.DataFrame, as_of: date) -> tuple[str | None, str]:
    current = features[pd.to_datetime(features["as_of_date"]) == pd.Timestamp(as_of)]
    counts = current["churn_basis"].value_counts()
    if counts.empty:
        return None, f"no customer is active on {as_of}"
    ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    main = str(ranked[0][0])
    others = ", ".join(f"{n:,} {_BASIS_WORDS.get(str(b), str(b))}" for b, n in ranked[1:])
    return main, f"Not scored, since they leave in another way: {others}." if others else ""


def _known_horizons(
    chosen: pd.DataFrame, labels: pd.DataFrame, config: ChurnConfig
) -> tuple[int, ...]:
    own = labels[labels["customer_id"].isin(chosen["customer_id"])]
    return tuple(
        horizon
        for horizon in config.horizons_days
        if f"churned_in_{horizon}d" in own.columns and own[f"churned_in_{horizon}d"].notna().any()
    )


def _check(snapshots: Snapshots, as_of: date, basis: str, config: ChurnConfig) -> _Readiness:
    today = epoch_day(as_of)
    plan = plan_split(snapshots, today, config)
    if plan is None:
        short = (
            f"only a few months of history have a known outcome; the test alone needs "
            f"{config.test_snapshots} snapshots, and training some before them"
        )
        return _Readiness(plan=None, counts=_NOTHING, problem=short)
    train, test = split_rows(snapshots, plan, today)
    horizon = plan.headline_days
    counts = Counts(
        train_rows=len(train.days),
        train_positives=int(train.outcome(horizon).sum()),
        test_rows=len(test.days),
        test_positives=int(test.outcome(horizon).sum()),
    )
    problem: str | None = None
    for part, rows, needed in (
        ("training", train, config.minimum_train_customers),
        ("test", test, config.minimum_test_customers),
    ):
        found = rarer_class_customers(rows, horizon)
        if found < needed and problem is None:
            problem = _too_few(part, rows, horizon, found, needed, basis)
    return _Readiness(plan=plan, counts=counts, problem=problem)


def _too_few(part: str, rows: Snapshots, horizon: int, found: int, needed: int, basis: str) -> str:
    if len(rows.days) == 0:
        return f"history is too short: no outcome over {horizon} days was known before the test"
    outcome = rows.outcome(horizon)
    left_is_rare = outcome.mean() <= 0.5
    stayed = "bought again" if basis == "silence" else "stayed"
    left = "bought nothing more" if basis == "silence" else "left"
    customers = len(np.unique(rows.customers))
    return (
        f"of {customers:,} customers in the {part} only {found:,} "
        f"{left if left_is_rare else stayed} within {horizon} days; "
        f"at least {needed} are needed to tell who will"
    )


def _test_sentence(evaluation: Evaluation, plan: SplitPlan) -> str:
    table = evaluation.metrics.set_index(["subject", "metric"])["value"]
    return (
        f"Judged at {plan.headline_days} days on later months: "
        f"ROC-AUC {table['model', 'roc_auc']:.3f} "
        f"(tenure alone {table['tenure_only', 'roc_auc']:.3f})."
    )


def _status(
    status: str,
    reason: str,
    counts: Counts,
    plan: SplitPlan | None,
    as_of: date,
    version: str,
    alarm: str | None,
) -> pd.DataFrame:
    epoch = date(1970, 1, 1)
    row = {
        "model_name": MODEL_NAME,
        "as_of_date": pd.Timestamp(as_of),
        "model_version": version,
        "status": status,
        "reason": reason,
        "train_rows": counts.train_rows,
        "train_positives": counts.train_positives,
        "test_rows": counts.test_rows,
        "test_positives": counts.test_positives,
        "test_from": pd.Timestamp(epoch + timedelta(days=plan.first_day)) if plan else pd.NaT,
        "test_to": pd.Timestamp(epoch + timedelta(days=plan.last_day)) if plan else pd.NaT,
        "alarm": alarm,
    }
    return typed_frame("model_status", pd.DataFrame([row]))


def _no_forecast(
    reason: str,
    counts: Counts,
    plan: SplitPlan | None,
    as_of: date,
    version: str,
    config: ChurnConfig,
) -> ChurnForecast:
    status = _status("not_forecast", reason, counts, plan, as_of, version, None)
    return ChurnForecast.withheld(status=status, version=version, config=config)
