"""Kaplan–Meier curves and Cox's proportional hazards, by lifelines."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import proportional_hazard_test
from lifelines.utils import concordance_index
from pandas.errors import Pandas4Warning

from ml.boosting import FloatArray
from ml.evaluation.intervals import clustered_weights
from ml.survival.config import SurvivalConfig


@dataclass(frozen=True, kw_only=True)
class CoxEstimate:
    """A fitted Cox model.

    Attributes
    ----------
    hazard_ratios
        covariate, hazard_ratio, lower, upper, p_value, proportionality_p_value, n, events.
    log_likelihood
        Partial log-likelihood (Efron).
    concordance
        Harrell's C on the rows of the fit.
    penalizer
        Ridge penalty used; 0 unless covariates were nearly collinear.
    """

    hazard_ratios: pd.DataFrame
    log_likelihood: float
    concordance: float
    penalizer: float


def kaplan_meier(
    durations: FloatArray, event_observed: FloatArray, *, times: Sequence[float]
) -> pd.DataFrame:
    """Estimate the share still there at given times.

    Kaplan & Meier (1958) with the exponential Greenwood interval, 95 %.

    Parameters
    ----------
    durations
        Time until the loss, or until last seen.
    event_observed
        1 when the loss was seen, 0 when not (right-censored).
    times
        Times at which the curve is read; at_risk counts those with a duration of at least that.

    Returns
    -------
    pandas.DataFrame
        duration, survival, lower, upper, at_risk; one row per time.
    """
    fitter = KaplanMeierFitter().fit(durations, event_observed)
    interval = fitter.confidence_interval_survival_function_
    place = np.searchsorted(interval.index.to_numpy(), np.asarray(times), side="right") - 1
    bounds = interval.to_numpy()[place]
    survival = fitter.survival_function_.to_numpy()[place, 0]
    ordered = np.sort(durations)
    return pd.DataFrame(
        {
            "duration": np.asarray(times),
            "survival": survival,
            # Before the first loss the interval is not defined; the estimate is exactly one.
            "lower": np.where(np.isnan(bounds[:, 0]), survival, bounds[:, 0]),
            "upper": np.where(np.isnan(bounds[:, 1]), survival, bounds[:, 1]),
            "at_risk": len(ordered) - np.searchsorted(ordered, np.asarray(times), side="left"),
        }
    )


def fit_cox(frame: pd.DataFrame, covariates: Sequence[str], config: SurvivalConfig) -> CoxEstimate:
    """Fit Cox's model (1972; ties by Efron) and test its assumption.

    Parameters
    ----------
    frame
        duration_days (whole days), event_observed and the covariates, without gaps.
    covariates
        Columns to use.
    config
        Choices of the estimate.
    """
    penalizer = choose_penalizer(frame[list(covariates)], config)
    fitter = _fit(frame, covariates, penalizer)
    with _pandas_notices_ignored():
        summary = fitter.summary
        test = proportional_hazard_test(fitter, frame[_columns(covariates)], time_transform="rank")
    ratios = pd.DataFrame(
        {
            "covariate": summary.index.to_numpy(),
            "hazard_ratio": summary["exp(coef)"].to_numpy(),
            "lower": summary["exp(coef) lower 95%"].to_numpy(),
            "upper": summary["exp(coef) upper 95%"].to_numpy(),
            "p_value": summary["p"].to_numpy(),
            "proportionality_p_value": test.summary.loc[summary.index, "p"].to_numpy(),
            "n": len(frame),
            "events": int(frame["event_observed"].sum()),
        }
    )
    return CoxEstimate(
        hazard_ratios=ratios,
        log_likelihood=float(fitter.log_likelihood_),
        concordance=float(fitter.concordance_index_),
        penalizer=penalizer,
    )


def held_out_risk(
    frame: pd.DataFrame, covariates: Sequence[str], config: SurvivalConfig
) -> FloatArray:
    """Return every customer's log partial hazard from a fit that did not see them."""
    fold = np.random.default_rng(config.seed).permutation(len(frame)) % config.folds
    penalizer = choose_penalizer(frame[list(covariates)], config)
    risk = np.empty(len(frame))
    for held in range(config.folds):
        fitter = _fit(frame[fold != held], covariates, penalizer)
        rows = frame.loc[fold == held, list(covariates)]
        with _pandas_notices_ignored():
            risk[fold == held] = fitter.predict_log_partial_hazard(rows).to_numpy()
    return risk


def concordance_with_interval(
    frame: pd.DataFrame, risk: FloatArray, config: SurvivalConfig
) -> tuple[float, float, float]:
    """Return Harrell's C of a risk score with its 95 % bootstrap interval."""
    durations = frame["duration_days"].to_numpy(np.float64)
    events = frame["event_observed"].to_numpy(np.float64)
    value = float(concordance_index(durations, -risk, events))
    generator = np.random.default_rng(config.seed)
    chosen = np.sort(generator.permutation(len(frame))[: config.bootstrap_customers])
    draws = []
    for weight in clustered_weights(np.arange(len(chosen)), config.replicates, config.seed):
        rows = np.repeat(chosen, weight.astype(np.int64))
        if events[rows].any():
            draws.append(concordance_index(durations[rows], -risk[rows], events[rows]))
    lower, upper = np.percentile(draws, (2.5, 97.5))
    return value, float(lower), float(upper)


def choose_penalizer(covariates: pd.DataFrame, config: SurvivalConfig) -> float:
    """Return the ridge penalty: none unless covariates are nearly collinear."""
    values = covariates.to_numpy(np.float64)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    singular = np.linalg.svd(standard, compute_uv=False)
    condition = singular[0] / max(float(singular[-1]), 1e-12)
    return config.penalizer_when_collinear if condition > config.maximum_condition else 0.0


@contextmanager
def _pandas_notices_ignored() -> Iterator[None]:
    """Pass over what lifelines 0.30 calls in a way that pandas 4 will refuse; pandas is below 4."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pandas4Warning)
        yield


def _fit(frame: pd.DataFrame, covariates: Sequence[str], penalizer: float) -> CoxPHFitter:
    with _pandas_notices_ignored():
        return CoxPHFitter(penalizer=penalizer).fit(
            frame[_columns(covariates)], duration_col="duration_days", event_col="event_observed"
        )


def _columns(covariates: Sequence[str]) -> list[str]:
    return ["duration_days", "event_observed", *covariates]
