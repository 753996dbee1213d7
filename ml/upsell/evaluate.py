"""Out-of-time test: fitted on answers known when the test began, judged on later offers."""

import numpy as np
import pandas as pd

from ml.boosting import FloatArray
from ml.evaluation.calibration import calibration_table
from ml.evaluation.leakage import leak_alarm
from ml.evaluation.report import metric_rows
from ml.forecast import Evaluation
from ml.upsell.config import UpsellConfig
from ml.upsell.fit import Offers, fit_upsell_model


def first_test_day(as_of_day: int, config: UpsellConfig) -> int:
    """Return the day of the first offer that may be in the test."""
    return as_of_day - config.outcome_days - config.test_days


def split_offers(offers: Offers, as_of_day: int, config: UpsellConfig) -> tuple[Offers, Offers]:
    """Return the offers answered before the test began, and those of the test."""
    first = first_test_day(as_of_day, config)
    train = offers.known_by(first, config.outcome_days)
    test = offers.known_by(as_of_day, config.outcome_days) & (offers.offered_days >= first)
    return offers.take(train), offers.take(test)


def evaluate_upsell(offers: Offers, as_of_day: int, config: UpsellConfig) -> Evaluation:
    """Fit on the past of the test and judge the model beside the baselines."""
    train, test = split_offers(offers, as_of_day, config)
    model = fit_upsell_model(offers, first_test_day(as_of_day, config), config)
    probabilities = {
        "model": model.propensity(test.matrix),
        "prevalence": np.full(len(test.accepted), float(train.accepted.mean())),
        "offer_rate": _offer_rates(train, test),
    }
    metrics = pd.concat(
        [
            *(
                _judge(subject, test.accepted, values, test, config)
                for subject, values in probabilities.items()
            ),
            *_each_offer(test, probabilities["model"], config),
        ],
        ignore_index=True,
    )
    auc = float(
        metrics.loc[
            (metrics["subject"] == "model") & (metrics["metric"] == "roc_auc"), "value"
        ].iloc[0]
    )
    values = test.matrix[:, : len(test.feature_names)]
    return Evaluation(
        metrics=metrics,
        calibration=calibration_table(test.accepted, probabilities["model"]),
        outcome=test.accepted,
        probabilities=probabilities,
        alarm=leak_alarm(
            values, test.accepted, test.feature_names, model_auc=auc, guard=config.guard
        ),
    )


def _offer_rates(train: Offers, test: Offers) -> FloatArray:
    # An offer never made before the test gets the rate of all.
    rates = pd.Series(train.accepted).groupby(pd.Series(train.offer_ids)).mean()
    found = pd.Series(test.offer_ids).map(rates).fillna(float(train.accepted.mean()))
    return np.asarray(found, dtype=np.float64)


def _each_offer(test: Offers, probability: FloatArray, config: UpsellConfig) -> list[pd.DataFrame]:
    tables = []
    for name in test.offer_names:
        rows = test.offer_ids == name
        if len(np.unique(test.accepted[rows])) == 2:
            own = test.take(rows)
            tables.append(_judge(f"model:{name}", own.accepted, probability[rows], own, config))
    return tables


def _judge(
    subject: str, outcome: FloatArray, probability: FloatArray, rows: Offers, config: UpsellConfig
) -> pd.DataFrame:
    return metric_rows(
        subject,
        outcome,
        probability,
        rows.customers,
        replicates=config.replicates,
        seed=config.boosting.seed,
    )
