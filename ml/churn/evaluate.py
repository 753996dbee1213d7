"""Out-of-time test: fitted on what was known when the test began, judged on what came after."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.boosting import FloatArray
from ml.churn.config import ChurnConfig
from ml.churn.features import RFM_FEATURES, TENURE_FEATURES
from ml.churn.fit import IntArray, Snapshots, fit_churn_model, headline_of
from ml.evaluation.baselines import fit_logistic_baseline
from ml.evaluation.calibration import calibration_table
from ml.evaluation.leakage import leak_alarm
from ml.evaluation.report import metric_rows
from ml.forecast import Evaluation


@dataclass(frozen=True, kw_only=True)
class SplitPlan:
    """Where the past ends and the test begins.

    Attributes
    ----------
    headline_days
        Horizon of the outcome.
    first_day, last_day
        First and last snapshot of the test, in days since 1970. What was not known by `first_day`
        is no part of the training.
    """

    headline_days: int
    first_day: int
    last_day: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Size of the training and the test, at the headline horizon."""

    train_rows: int
    train_positives: int
    test_rows: int
    test_positives: int


def plan_split(snapshots: Snapshots, as_of_day: int, config: ChurnConfig) -> SplitPlan | None:
    """Hold out the latest snapshots whose outcome is known; None when there are too few."""
    headline = headline_of(snapshots.horizons_days, config)
    dates = np.unique(snapshots.days[snapshots.known_by(as_of_day, headline)])
    if len(dates) <= config.test_snapshots:
        return None
    return SplitPlan(
        headline_days=headline,
        first_day=int(dates[-config.test_snapshots]),
        last_day=int(dates[-1]),
    )


def split_rows(
    snapshots: Snapshots, plan: SplitPlan, as_of_day: int
) -> tuple[Snapshots, Snapshots]:
    """Return the rows whose headline outcome was known before the test, and the test rows."""
    train = snapshots.known_by(plan.first_day, plan.headline_days)
    test = snapshots.known_by(as_of_day, plan.headline_days) & (snapshots.days >= plan.first_day)
    return snapshots.take(train), snapshots.take(test)


def rarer_class_customers(snapshots: Snapshots, horizon: int) -> int:
    """Count the customers seen in the rarer of the two outcomes."""
    outcome = snapshots.outcome(horizon)
    return min(len(np.unique(snapshots.customers[outcome == value])) for value in (0.0, 1.0))


def evaluate_churn(
    snapshots: Snapshots, plan: SplitPlan, as_of_day: int, config: ChurnConfig
) -> Evaluation:
    """Fit on the past of the test and judge the model beside the baselines.

    Parameters
    ----------
    snapshots
        All of them; those after the test began are used by no fit.
    plan
        From `plan_split`.
    as_of_day
        Day on which the test outcomes are known, in days since 1970.
    config
        Choices of the model.
    """
    train, test = split_rows(snapshots, plan, as_of_day)
    model = fit_churn_model(snapshots, plan.first_day, config)
    survival = model.survival(test.matrix)
    place = snapshots.horizons_days.index(plan.headline_days)
    probabilities = {
        "model": 1 - survival[:, place],
        **_baselines(train, test, plan.headline_days),
    }
    outcome = test.outcome(plan.headline_days)
    metrics = [
        _judge(subject, outcome, probability, test.customers, config)
        for subject, probability in probabilities.items()
    ]
    metrics += _other_horizons(test, survival, plan, as_of_day, config)
    table = pd.concat(metrics, ignore_index=True)
    auc = float(
        table.loc[(table["subject"] == "model") & (table["metric"] == "roc_auc"), "value"].iloc[0]
    )
    return Evaluation(
        metrics=table,
        calibration=calibration_table(outcome, probabilities["model"]),
        outcome=outcome,
        probabilities=probabilities,
        alarm=leak_alarm(
            test.matrix, outcome, test.feature_names, model_auc=auc, guard=config.guard
        ),
    )


def _baselines(train: Snapshots, test: Snapshots, horizon: int) -> dict[str, FloatArray]:
    outcome = train.outcome(horizon)
    found = {"prevalence": np.full(len(test.days), float(outcome.mean()))}
    for subject, names in (("tenure_only", TENURE_FEATURES), ("rfm_only", RFM_FEATURES)):
        columns = [train.feature_names.index(name) for name in names]
        baseline = fit_logistic_baseline(train.matrix[:, columns], outcome)
        found[subject] = baseline.probability(test.matrix[:, columns])
    return found


def _other_horizons(
    test: Snapshots, survival: FloatArray, plan: SplitPlan, as_of_day: int, config: ChurnConfig
) -> list[pd.DataFrame]:
    tables = []
    for place, horizon in enumerate(test.horizons_days):
        known = test.known_by(as_of_day, horizon)
        outcome = test.outcomes[known, place]
        if horizon == plan.headline_days or len(np.unique(outcome)) < 2:
            continue
        rows = _judge("model", outcome, 1 - survival[known, place], test.customers[known], config)
        tables.append(rows.assign(metric=rows["metric"] + f"_{horizon}d"))
    return tables


def _judge(
    subject: str,
    outcome: FloatArray,
    probability: FloatArray,
    customers: IntArray,
    config: ChurnConfig,
) -> pd.DataFrame:
    return metric_rows(
        subject,
        outcome,
        probability,
        customers,
        replicates=config.replicates,
        seed=config.boosting.seed,
    )
